import { createKernel, type ActorState } from '@opschart/core'
import * as xstate from 'xstate'

import { deskMachine } from '../chart.ts'
import { checkDesk, stepEvent } from '../expectation.ts'
import { tightLoop, type Times } from '../harness/loops.ts'
import { serveSubject } from '../harness/subject.ts'

// One step of the chart in memory, three ways. Nothing is stored.

const machine = deskMachine(xstate)
const desk = 'desk/0'

serveSubject({
  /** Our pure kernel: from a state of JSON to the next one, with its effects. */
  kernel(times: Times) {
    const kernel = createKernel(machine)
    const first = kernel.initial({ desk }, { id: desk, version: 1, now: 0 })
    if (first.kind !== 'stepped') throw new Error(first.reason)
    let state: ActorState = first.state
    let n = 0
    const sample = tightLoop(() => {
      n += 1
      const step = kernel.step(state, { ...stepEvent(n) }, { id: desk, version: n + 1, now: n })
      if (step.kind !== 'stepped') throw new Error(step.reason)
      state = step.state
    }, times)
    checkDesk('the kernel', desk, n, state.snapshot as unknown as xstate.AnyMachineSnapshot)
    return sample
  },
  /** XState's exported pure function, from snapshot to snapshot. */
  transition(times: Times) {
    let [snapshot] = xstate.initialTransition(machine, { desk })
    let n = 0
    const sample = tightLoop(() => {
      n += 1
      ;[snapshot] = xstate.transition(machine, snapshot, stepEvent(n))
    }, times)
    checkDesk('transition()', desk, n, snapshot)
    return sample
  },
  /** The same, with what a store needs: the snapshot restored from JSON before and persisted to JSON after. */
  transitionJson(times: Times) {
    const [first] = xstate.initialTransition(machine, { desk })
    let text = JSON.stringify(machine.getPersistedSnapshot(first))
    let n = 0
    const sample = tightLoop(() => {
      n += 1
      const snapshot = xstate.createActor(machine, { snapshot: JSON.parse(text) as never, input: { desk } })
      const [next] = xstate.transition(machine, snapshot.getSnapshot(), stepEvent(n))
      text = JSON.stringify(machine.getPersistedSnapshot(next))
    }, times)
    checkDesk('transition() over JSON', desk, n, JSON.parse(text) as xstate.AnyMachineSnapshot)
    return sample
  },
  /** XState's live actor. */
  actor(times: Times) {
    const clock = new xstate.SimulatedClock()
    const actor = xstate.createActor(machine, { input: { desk }, clock })
    let notices = 0
    actor.on('notice', () => void (notices += 1))
    actor.start()
    let n = 0
    const sample = tightLoop(() => {
      n += 1
      actor.send(stepEvent(n))
    }, times)
    checkDesk('the live actor', desk, n, actor.getSnapshot())
    if (notices !== Math.floor(n / 4))
      throw new Error(`the live actor told ${notices} notices for ${n} events`)
    return sample
  },
})
