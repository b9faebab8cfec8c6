// Properties of a status that is asked for by what has changed:
//   - What was known, with what is told put in, is what a whole answer says: after whatever signals, switches, work and time.
//   - Only those are told whom something has concerned, however many others there are.
//   - Whatever cannot be told so is told whole: to who knows the answer of another process, or has missed a pruning or very much.

import { withStatus, type StatusView } from '@opschart/core'
import type { Runtime } from '@opschart/runtime'
import { afterEach, describe, expect, it } from 'vitest'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace, sqlitePlace } from './places.ts'

let scenario: Scenario
afterEach(() => scenario.close())

/** A reader that keeps what it knows; gives whom it was told of, null for all. */
function reader() {
  let known: StatusView | null = null
  return async (): Promise<readonly string[] | null> => {
    const answer = await scenario.runtime.status(known === null ? {} : { since: known.mark })
    known = withStatus(known, answer)
    const { mark: _, ...whole } = await scenario.runtime.status()
    const { mark: __, ...folded } = known
    expect(folded).toEqual(whole)
    if (answer.gone === undefined) return null
    return answer.services.flatMap(({ lifecycles }) => lifecycles.map(({ id }) => id))
  }
}

const opened = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    scenario.git.send('web', {
      type: 'CODE_COMMITTED',
      data: { branch: `branch-${index}`, commit: `${index}`, author: 'bob' },
    }),
  )

describe('a status by what has changed', () => {
  it('adds up to the whole, and tells only of whom something has concerned', async () => {
    scenario = await createScenario(memoryPlace(), {})
    await Promise.all(opened(20))
    const read = reader()
    expect(await read()).toBeNull()
    expect(await read()).toEqual([])
    await scenario.live('one', 'v1')
    expect(await read()).toEqual(['web/one'])
    await scenario.merge('two', 'v2')
    expect(await read()).toEqual(['web/two'])
    expect(await read()).toEqual([])
    await scenario.ann.send('web/two', { type: 'DEPLOYMENT_REQUESTED' })
    await scenario.runtime.idle()
    expect(await read()).toEqual(['web/two'])
    await scenario.approve('deploy')
    await scenario.runtime.idle()
    // The one that was live is so no more.
    expect(await read()).toEqual(['web/one', 'web/two'])
    await scenario.ann.send('web/two', {
      type: 'OPERATION_REQUESTED',
      data: { agent: 'incident-response-agent', task: 'triage' },
    })
    await scenario.clock.advance(25 * 60 * 60_000)
    expect(await read()).toEqual(['web/two'])
  })

  it('says whose work runs, of which no row tells', async () => {
    scenario = await createScenario(memoryPlace(), {})
    await Promise.all(opened(3))
    await scenario.staged('one', 'v1')
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    scenario.script['developer-agent.deploy'] = async () => {
      begun.resolve()
      await gate.promise
      return {}
    }
    await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED' })
    await scenario.approveWhenAsked('deploy')
    await begun.promise
    const read = reader()
    await read()
    expect(await read()).toEqual(['web/one'])
    gate.resolve()
    await scenario.runtime.idle()
    expect(await read()).toEqual(['web/one'])
    expect(await read()).toEqual([])
  })

  it('names whom the directory has forgotten', async () => {
    scenario = await createScenario(memoryPlace(), {})
    const retire = (index: number) =>
      scenario.ann.adopt({ to: `web/b${index}`, phase: 'RETIRED', version: `v${index}`, reason: 'it was' })
    for (let index = 0; index < 200; index += 1) await retire(index)
    const read = reader()
    await read()
    await retire(200)
    expect(await read()).toEqual(['web/b0', 'web/b200'])
  })

  it('is whole after a switch, which concerns whoever waits', async () => {
    scenario = await createScenario(memoryPlace(), {})
    await scenario.staged('one', 'v1')
    const read = reader()
    await read()
    await scenario.ann.pause({ target: 'everything', reason: 'looking' })
    expect(await read()).toBeNull()
    expect(await read()).toEqual([])
  })

  it('is whole for who knows another process, a pruned journal, or nothing of this one', async () => {
    scenario = await createScenario(sqlitePlace(), {})
    await scenario.live('one', 'v1')
    const read = reader()
    await read()
    expect(await read()).toEqual([])
    await scenario.restart()
    expect(await read()).toBeNull()
    await scenario.clock.advance(60_000)
    await scenario.live('two', 'v2')
    await (scenario.runtime as unknown as Runtime).prune({ before: scenario.clock.now(), by: 'person:ann' })
    expect(await read()).toBeNull()
    const { mark, head } = await scenario.runtime.status()
    const ahead = mark.replace(`${head.sequence}`, `${head.sequence + 1}`)
    for (const since of ['', '3', 'x:y', ahead])
      expect((await scenario.runtime.status({ since })).gone).toBeUndefined()
  })

  it('is whole for who has missed very much', { timeout: 60_000 }, async () => {
    scenario = await createScenario(memoryPlace(), {})
    const read = reader()
    await read()
    for (let index = 0; index < 2_501; index += 1)
      await scenario.git.send('web', { type: 'NOISE', id: `noise-${index}` })
    expect(await read()).not.toBeNull()
    for (let index = 0; index < 5_001; index += 1)
      await scenario.git.send('web', { type: 'NOISE', id: `more-${index}` })
    expect(await read()).toBeNull()
  })
})
