// Properties:
//   - A real `@statelyai/inspect` receives the chart whole: what it is sent draws every phase and every arrow of the law.
//   - The charts of the workflows come whole, too.

import {
  createKernel,
  createLifecycle,
  releaseLifecycle,
  workflowMachine,
  type Lifecycle,
} from '@opschart/core'
import { createInspector } from '@statelyai/inspect'
import { describe, expect, it } from 'vitest'
import { createActor, createMachine, type AnyStateMachine } from 'xstate'

import { rows } from './law-table.ts'

const law = releaseLifecycle as Lifecycle

interface Sent {
  readonly type: string
  readonly name?: string
  readonly definition?: string
}

/** What the inspector is sent about an actor that is opened, up to its registration. */
async function inspected(machine: AnyStateMachine, input: object, depth?: number): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>()
  const adapter = {
    start: () => {},
    stop: () => {},
    send: (event: unknown) => {
      const sent = event as Sent
      if (sent.type === '@xstate.actor') resolve(sent)
    },
  }
  const inspector = createInspector(
    adapter as never,
    depth === undefined ? {} : { serializationDepthLimit: depth },
  )
  const actor = createActor(machine, { input: input as never, inspect: inspector.inspect as never })
  actor.start()
  const sent = await promise
  actor.stop()
  inspector.stop()
  return sent
}

describe('an inspector', () => {
  it('draws the chart of the law: every phase, every arrow, every name', async () => {
    const sent = await inspected(law.machine, { id: 'web/x', service: 'web' })
    expect(sent.definition).not.toContain('[Object]')
    const drawn = createMachine(JSON.parse(sent.definition!) as never) as AnyStateMachine
    expect(drawn.id).toBe('release')
    expect(Object.keys(drawn.states).toSorted()).toEqual(Object.keys(law.definition.phases).toSorted())
    for (const { phases, signal, to, by, starts } of rows) {
      for (const phase of phases) {
        const arrows = [
          ...(drawn.states[phase]!.on[signal] ?? []),
          ...(drawn.root.on[signal] ?? []),
        ] as unknown as {
          target?: { key: string }[]
          guard: { type: string; params: { by: string[] } }
          actions: { type: string; params?: { workflow?: string } }[]
        }[]
        const targets = arrows.map(({ target }) => target?.[0]?.key ?? null)
        expect(targets).toEqual(to === 'named' ? Object.keys(law.definition.phases) : [to])
        expect(arrows[0]!.guard).toMatchObject({ type: 'allowed', params: { by } })
        const workflow = arrows[0]!.actions.find(({ type }) => type === 'start')?.params?.workflow
        expect(workflow ?? null).toBe(starts)
      }
    }
  })

  it.each(Object.keys(law.workflows))('draws the workflow %s', async (name) => {
    const machine = workflowMachine(name, law.workflows[name]!)
    const input = { lifecycle: 'web/x', run: `${name}:1`, workflow: name, signal: {}, severity: 'LOW' }
    const sent = await inspected(machine, input, 40)
    const drawn = createMachine(JSON.parse(sent.definition!) as never) as AnyStateMachine
    expect(Object.keys(drawn.states).toSorted()).toEqual(Object.keys(machine.states).toSorted())
    expect(count(drawn.root)).toBe(count(machine.root))
  })

  it('draws a law of one’s own', async () => {
    const own = createLifecycle({
      id: 'own',
      agents: [],
      initial: 'OPEN',
      phases: { OPEN: { on: { CLOSE: 'CLOSED' } }, CLOSED: {} },
    })
    const sent = await inspected(own.machine, { id: 'web/x', service: 'web' })
    expect(
      Object.keys((createMachine(JSON.parse(sent.definition!) as never) as AnyStateMachine).states),
    ).toEqual(['CLOSED', 'OPEN'])
    expect(createKernel(own.machine).machine.id).toBe('own')
  })
})

interface Node {
  readonly states: Record<string, Node>
}

const count = (node: Node): number =>
  1 + Object.values(node.states).reduce((sum, inner) => sum + count(inner), 0)
