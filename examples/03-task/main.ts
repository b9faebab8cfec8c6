// Shows: a task of one's own under a law of one's own. It changes production, so a person is asked, about the exact
// plan; another plan, or the same approval again, is refused.

import { deepEqual, equal, match } from 'node:assert/strict'

import { createRuntime, defineLifecycle, type Task } from 'opschart'

const lifecycle = defineLifecycle(
  {
    id: 'database',
    agents: ['keeper'],
    initial: 'OPEN',
    phases: {
      OPEN: { allow: ['keeper'], on: { VACUUM_REQUESTED: { by: ['person', 'rule'], starts: 'vacuum' } } },
    },
    all: { ADOPTED: { to: '*', by: ['person'] } },
  },
  { workflows: { vacuum: { steps: [['keeper', 'vacuum_tables']] } } },
)

const done: string[] = []
const vacuumTables: Task = {
  agent: 'keeper',
  task: 'vacuum_tables',
  title: 'vacuums the tables that the signal names',
  changes: 'production',
  timeout: 60_000,
  plan: ({ signal }) => ({ tables: signal.data['tables'] ?? [] }),
  async run({ signal }, context) {
    const tables = signal.data['tables'] as string[]
    // Declared before it is touched: a report that matches it is then known to be caused by this operation.
    await context.footprint({ paths: tables.map((table) => `tables/${table}`) })
    for (const table of tables) {
      context.progress(`vacuuming ${table}`)
      done.push(table)
    }
    return { vacuumed: tables.length }
  },
}

await using runtime = await createRuntime({
  lifecycle,
  services: [{ name: 'orders' }],
  tasks: [vacuumTables],
})
const ann = runtime.as({ person: 'ann' })
await ann.adopt({ to: 'orders/main', phase: 'OPEN', reason: 'it has been in use for years' })
await ann.send('orders/main', { type: 'VACUUM_REQUESTED', data: { tables: ['invoices', 'refunds'] } })
await runtime.idle()

const [operation] = (await runtime.read('orders/main'))!.operations
if (operation === undefined) throw new Error('nothing awaits approval')
equal(operation.status, 'awaiting_approval')
deepEqual(operation.commands, { tables: ['invoices', 'refunds'] })
deepEqual(done, [])

const { id, plan } = operation
match((await runtime.as({ agent: 'keeper' }).approve({ operation: id, plan })).reason, /only person may/)
match((await ann.approve({ operation: id, plan: 'another' })).reason, /look at it again/)
equal((await ann.approve({ operation: id, plan })).done, true)
await runtime.idle()
deepEqual(done, ['invoices', 'refunds'])
match((await ann.approve({ operation: id, plan })).reason, /no such operation is open/)

console.log((await runtime.log()).map(({ text }) => text).join('\n'))
