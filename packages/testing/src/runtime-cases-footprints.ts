import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

const complete = (scenario: Scenario, version: string) =>
  scenario.git.send('web', { type: 'DEPLOYMENT_COMPLETE', data: { version, environment: 'production' } })

/** What our own work touches is known to be ours [L12]. */
export const footprintCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[L12] a report of our own deployment gets it as its cause, is no violation, and starts nothing; a minute later it is news',
    async (scenario) => {
      let running = ''
      scenario.script['developer-agent.deploy'] = async ({ release }, context) => {
        await context.footprint({ versions: [release.version] })
        const verdict = await complete(scenario, release.version)
        running = `${verdict.kind}: ${verdict.reason === `DEPLOYMENT_COMPLETE is what ${context.key} did`}`
        return { environment: 'production', version: release.version }
      }
      await scenario.staged('one', 'v1')
      await scenario.deploy('one', 'v1')
      same(running, 'ignored: true', 'while it runs')
      const starts = scenario.did.length
      same((await complete(scenario, 'v1')).kind, 'ignored', 'just after it')
      const row = (await scenario.rows()).findLast(({ type }) => type === 'DEPLOYMENT_COMPLETE')!
      same(/~deploy:/.test(row.cause ?? ''), true, 'its cause is the operation')
      await scenario.clock.advance(60_000)
      same((await complete(scenario, 'v1')).kind, 'violation', 'a minute after it')
      await scenario.runtime.idle()
      same([scenario.did.length, await scenario.phase('web/v1')], [starts, 'PRODUCTION'], 'starts, the phase')
    },
  ),

  runtimeCase('[L12] a roll-back’s own report starts nothing', async (scenario) => {
    await scenario.live('one', 'v1')
    await scenario.live('two', 'v2')
    await scenario.clock.advance(120_000)
    const verdicts: string[] = []
    scenario.script['incident-response-agent.roll_back'] = async ({ release }, context) => {
      await context.footprint({ versions: [release.previous!.version] })
      verdicts.push((await complete(scenario, release.previous!.version)).kind)
      return {}
    }
    await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
    await scenario.runtime.idle()
    await scenario.ann.send('web', { type: 'ROLLBACK_REQUESTED' })
    await scenario.runtime.idle()
    same([verdicts, await scenario.phase('web/v1')], [['ignored'], 'PRODUCTION'], 'the report, the phase')
    same((await scenario.runtime.status()).violations, 0, 'violations')
  }),

  runtimeCase('[L12] a file that an operation writes is no change of the schema', async (scenario) => {
    const changed = (path: string) =>
      scenario.git.send('web', { type: 'SCHEMA_CHANGED', data: { branch: 'one', origin: 'file', path } })
    await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'one', commit: 'c1' } })
    scenario.script['data-migration-agent.generate_migration'] = async (_, context) => {
      await context.footprint({ paths: ['migrations/2.sql'] })
      return {}
    }
    await changed('migrations/1.sql')
    await scenario.runtime.idle()
    const starts = scenario.did.length
    same((await changed('migrations/2.sql')).kind, 'ignored', 'the one that was written')
    await scenario.runtime.idle()
    same(scenario.did.length, starts, 'starts')
    same((await changed('migrations/3.sql')).kind, 'accepted', 'another')
  }),

  runtimeCase('[L12] what a cancelled operation has declared counts no longer', async (scenario) => {
    await scenario.staged('one', 'v1')
    const held = scenario.hold('developer-agent.deploy')
    await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED', data: { version: 'v1' } })
    await scenario.approveWhenAsked('deploy')
    const context = await held.started
    await context.footprint({ versions: ['v1'] })
    same((await complete(scenario, 'v1')).kind, 'ignored', 'while it runs')
    const { id } = await scenario.operation('deploy')
    await scenario.ann.cancel(id)
    await scenario.runtime.idle()
    const late = await context.footprint({ versions: ['v2'] }).then(
      () => 'declared',
      () => 'refused',
    )
    same(late, 'refused', 'what it declares after its end')
    await scenario.clock.advance(60_000)
    same((await complete(scenario, 'v1')).kind, 'violation', 'a minute after its end')
  }),
]
