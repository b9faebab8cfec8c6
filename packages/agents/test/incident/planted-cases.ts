import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import type { GitProject } from './git-project.ts'
import {
  afterDeployment,
  busy,
  hour,
  minute,
  quiet,
  zero,
  type Planted,
  type PlantedCase,
} from './planted-case.ts'
import { edited, requests, shop } from './shop-service.ts'

const rollback = { inRelease: true, decision: 'rollback' } as const

/** The first release; what comes after it in `extra` is part of it. */
function firstRelease(project: GitProject, extra: Readonly<Record<string, string>> = {}): void {
  project.commit('Open the shop', { ...shop, ...extra })
  project.git('tag', 'v1')
}

const newField = 'item.price.net'
const throwing: readonly [string, string] = [
  'const net = item.price * (1 - discountOf(item))',
  `const net = ${newField}.valueOf() * (1 - discountOf(item))`,
]

/** Commits that break nothing, some of them in the files that will fail. */
const innocent = {
  readme: (project: GitProject) =>
    project.commit('Say more in the readme', { 'README.md': '# Shop\n\nSells pens and ink.\n' }),
  catalog: (project: GitProject) =>
    project.commit('Add a second kind of paper', {
      'src/catalog.js': edited(shop['src/catalog.js'], [
        "  ['gift',",
        "  ['card', { name: 'card', price: 3, tax: 'reduced' }],\n  ['gift',",
      ]),
    }),
  rates: (project: GitProject) =>
    project.commit('Update the rates', {
      'src/rates.js': 'export const rates = { eur: 1, usd: 1.08, gbp: 0.86 }\n',
    }),
  ordersComment: (project: GitProject) =>
    project.commit('Explain how totals are made', {
      'src/orders.js': edited(shop['src/orders.js'], [
        'function totalOf(lines) {',
        '// Prices are rounded line by line, as on the receipt.\nfunction totalOf(lines) {',
      ]),
    }),
  contact: (project: GitProject) =>
    project.commit('Show contacts in lower case everywhere', {
      'src/users.js': edited(shop['src/users.js'], ["?? 'none'", "?? 'no contact'"]),
    }),
}

export const plantedCases: readonly PlantedCase[] = [
  {
    name: 'the latest commit',
    plant(project) {
      firstRelease(project)
      innocent.readme(project)
      innocent.catalog(project)
      const commit = project.commit('Read net prices', {
        'src/pricing.js': edited(shop['src/pricing.js'], throwing),
      })
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'an earlier commit of eight, with later ones in the same file',
    plant(project) {
      firstRelease(project)
      innocent.readme(project)
      innocent.catalog(project)
      const broken = edited(shop['src/pricing.js'], [
        'return item.discount.percent / 100',
        'return item.discount.rate.percent / 100',
      ])
      const commit = project.commit('Prepare staged discounts', { 'src/pricing.js': broken })
      const shifted = edited(broken, [
        'const taxes =',
        '// Shares of the net price.\n// As of this year.\nconst taxes =',
      ])
      project.commit('Explain the taxes', { 'src/pricing.js': shifted })
      innocent.rates(project)
      project.commit('Name the tax of an item', {
        'src/pricing.js': edited(shifted, [
          'function taxFor(item) {\n',
          'function taxFor(item) {\n  // An item without a tax of its own has the usual one.\n',
        ]),
      })
      innocent.contact(project)
      innocent.ordersComment(project)
      project.git('tag', 'v2')
      return { ...afterDeployment(false), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a configuration change whose value the code cannot use',
    plant(project) {
      const strict = edited(shop['src/pricing.js'], [
        'return taxes[item.tax ?? config.defaultTax]',
        'return taxes[item.tax ?? config.defaultTax].valueOf()',
      ])
      firstRelease(project, { 'src/pricing.js': strict })
      innocent.catalog(project)
      const commit = project.commit('Use the new name of the tax', {
        'config/default.json': edited(shop['config/default.json'], ['"standard"', '"normal"']),
      })
      innocent.ordersComment(project)
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'configuration', ...rollback } }
    },
  },
  {
    name: 'a configuration change that names a wrong address',
    plant: addressCase,
  },
  {
    name: 'a parent of a merge',
    plant(project) {
      firstRelease(project)
      project.git('checkout', '--quiet', '-b', 'feature')
      project.commit('Add a kind of ink', {
        'src/catalog.js': edited(shop['src/catalog.js'], [
          "  ['gift',",
          "  ['blue ink', { name: 'blue ink', price: 8 }],\n  ['gift',",
        ]),
      })
      const commit = project.commit('Read net prices', {
        'src/pricing.js': edited(shop['src/pricing.js'], throwing),
      })
      project.commit('Tell of the ink', { 'README.md': '# Shop\n\nSells pens, and blue ink.\n' })
      project.git('checkout', '--quiet', 'main')
      innocent.ordersComment(project)
      project.git('merge', '--quiet', '--no-ff', '-m', 'Merge branch feature', 'feature')
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a dependency that is kept in the repository',
    plant: (project) => dependencyCase(project, true),
  },
  {
    name: 'a dependency that only the lock file names',
    plant: (project) => dependencyCase(project, false),
  },
  {
    name: 'an innocent in the file of the failing line',
    plant(project) {
      firstRelease(project)
      const commit = project.commit('Leave out prices of items that are gone', {
        'src/pricing.js': edited(shop['src/pricing.js'], [
          '  const net = item.price',
          '  if (item.tax === undefined) return undefined\n  const net = item.price',
        ]),
      })
      innocent.ordersComment(project)
      innocent.catalog(project)
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a removed check whose failure shows in another file',
    plant(project) {
      firstRelease(project)
      innocent.ordersComment(project)
      const commit = project.commit('Simplify how users are found', {
        'src/users.js': edited(shop['src/users.js'], [
          '  const user = users.get(id)\n  if (user === undefined) return guest\n  return user\n',
          '  return users.get(id)\n',
        ]),
      })
      innocent.rates(project)
      project.git('tag', 'v2')
      return { ...afterDeployment(false), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a removed check in front of the failing line',
    plant(project) {
      firstRelease(project)
      innocent.catalog(project)
      const commit = project.commit('Every item has a discount now', {
        'src/pricing.js': edited(shop['src/pricing.js'], [
          '  if (item.discount === undefined) return 0\n',
          '',
        ]),
      })
      project.commit('Round taxes as the law says', {
        'src/pricing.js': edited(
          shop['src/pricing.js'],
          ['  if (item.discount === undefined) return 0\n', ''],
          ['reduced: 0.05', 'reduced: 0.055'],
        ),
      })
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a renamed field',
    plant(project) {
      const pricing =
        'export function priceOf(item) {\n  return item.cost.gross.toString().length > 0 ? item.cost.gross : 0\n}\n'
      const items = (name: string) =>
        `const items = new Map([\n${['pen', 'ink', 'paper', 'gift'].map((item) => `  ['${item}', { name: '${item}', cost: costOf(2) }],`).join('\n')}\n])\n\nfunction costOf(amount) {\n  return { ${name}: amount }\n}\n\nexport function findItem(name) {\n  return items.get(name)\n}\n\nexport function readItem(name) {\n  return findItem(name)\n}\n`
      firstRelease(project, { 'src/pricing.js': pricing, 'src/catalog.js': items('gross') })
      innocent.ordersComment(project)
      const commit = project.commit('Call amounts what the accountants call them', {
        'src/catalog.js': items('total'),
      })
      innocent.contact(project)
      project.git('tag', 'v2')
      return { ...afterDeployment(false), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a renamed route',
    plant(project) {
      const client = `export async function readRates(port) {\n  const response = await fetch(\`http://127.0.0.1:\${port}/rates?quiet\`)\n  if (!response.ok) throw new Error('GET /rates answered ' + response.status)\n  return response.json()\n}\n`
      firstRelease(project, {
        'src/rate-client.js': client,
        'src/orders.js': withRates(shop['src/orders.js']),
      })
      innocent.catalog(project)
      const commit = project.commit('Name routes in one way', {
        'src/routes.js': edited(shop['src/routes.js'], ["'/rates': ()", "'/exchange-rates': ()"]),
      })
      project.commit('Explain how totals are made', {
        'src/orders.js': edited(withRates(shop['src/orders.js']), [
          'function totalOf(lines) {',
          '// Line by line.\nfunction totalOf(lines) {',
        ]),
      })
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a migration that dropped a column',
    plant(project) {
      firstRelease(project, databaseFiles)
      innocent.catalog(project)
      const commit = project.commit('Tidy the users table', {
        'migrations/002_tidy.sql': 'ALTER TABLE users DROP COLUMN nickname;\n',
      })
      innocent.ordersComment(project)
      project.git('tag', 'v2')
      return {
        ...afterDeployment(true),
        expected: { commit, kind: 'migration', inRelease: true, decision: 'ask' },
      }
    },
  },
  {
    name: 'an upstream that is down, hours after a deployment',
    plant: (project) => upstreamCase(project, zero - 3 * hour),
  },
  {
    name: 'an upstream that goes down minutes after an innocent deployment',
    plant: (project) => upstreamCase(project, zero - 2 * minute),
  },
  {
    name: 'a slow leak that nothing in the release brought',
    plant(project) {
      const leaky = `const seen = []\n\nexport function remember(id) {\n  seen.push(id)\n  if (seen.length > 60 && seen.length % 3 === 0) throw new RangeError('out of slots: ' + seen.length + ' in use')\n}\n`
      firstRelease(project, {
        'src/slots.js': leaky,
        'src/users.js': edited(
          shop['src/users.js'],
          ['const users =', "import { remember } from './slots.js'\n\nconst users ="],
          ['  const user = findUser(id)\n', '  remember(id)\n  const user = findUser(id)\n'],
        ),
      })
      innocent.catalog(project)
      innocent.rates(project)
      project.git('tag', 'v2')
      return {
        deployments: [
          { tag: 'v1', time: zero - 48 * hour },
          { tag: 'v2', time: zero - 4 * hour },
        ],
        runs: [
          { tag: 'v2', traffic: [{ ...quiet(zero + 3 * minute), from: zero - 9 * minute, count: 400 }] },
        ],
        expected: { commit: null, kind: 'unknown', inRelease: false, decision: 'ask' },
      }
    },
  },
  {
    name: 'errors that began before the deployment',
    plant(project) {
      project.commit('Open the shop', shop)
      project.git('tag', 'v0')
      innocent.catalog(project)
      const broken = edited(shop['src/pricing.js'], [
        'return item.discount.percent / 100',
        'return item.discount.rate.percent / 100',
      ])
      const commit = project.commit('Prepare staged discounts', { 'src/pricing.js': broken })
      project.git('tag', 'v1')
      innocent.ordersComment(project)
      innocent.contact(project)
      project.git('tag', 'v2')
      return {
        deployments: [
          { tag: 'v0', time: zero - 48 * hour },
          { tag: 'v1', time: zero - 4 * minute },
          { tag: 'v2', time: zero },
        ],
        runs: [
          { tag: 'v0', traffic: [{ ...quiet(zero - 4 * minute), count: 40 }] },
          { tag: 'v1', traffic: [{ from: zero - 4 * minute + 1500, to: zero, count: 40, paths: requests }] },
          { tag: 'v2', traffic: [busy(zero)] },
        ],
        expected: { commit, kind: 'commit', inRelease: false, decision: 'ask' },
      }
    },
  },
  {
    name: 'a first release without a predecessor',
    plant(project) {
      project.commit('Open the shop', shop)
      const commit = project.commit('Read net prices', {
        'src/pricing.js': edited(shop['src/pricing.js'], throwing),
      })
      project.git('tag', 'v1')
      return {
        deployments: [{ tag: 'v1', time: zero }],
        runs: [{ tag: 'v1', traffic: [busy(zero)] }],
        expected: { commit, kind: 'commit', inRelease: true, decision: 'ask' },
      }
    },
  },
  {
    name: 'an irreversible migration in between',
    plant(project) {
      firstRelease(project, {
        'migrations/001_users.sql': 'CREATE TABLE users (id TEXT);\n-- down\nDROP TABLE users;\n',
      })
      project.commit('Forget old orders', {
        'migrations/002_forget.sql': 'DELETE FROM orders WHERE year < 2020;\n',
      })
      const commit = project.commit('Read net prices', {
        'src/pricing.js': edited(shop['src/pricing.js'], throwing),
      })
      project.git('tag', 'v2')
      return {
        ...afterDeployment(true),
        expected: { commit, kind: 'commit', inRelease: true, decision: 'ask' },
      }
    },
  },
  {
    name: 'a migration in between that can be taken back',
    plant(project) {
      firstRelease(project)
      project.commit('Remember nicknames', {
        'migrations/001_nickname.up.sql': 'ALTER TABLE users ADD COLUMN nickname TEXT;\n',
        'migrations/001_nickname.down.sql': 'ALTER TABLE users DROP COLUMN nickname;\n',
      })
      const commit = project.commit('Read net prices', {
        'src/pricing.js': edited(shop['src/pricing.js'], throwing),
      })
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'autonomy that only observes',
    plant(project) {
      firstRelease(project)
      const commit = project.commit('Read net prices', {
        'src/pricing.js': edited(shop['src/pricing.js'], throwing),
      })
      project.git('tag', 'v2')
      return {
        ...afterDeployment(true),
        autonomy: 'observe',
        expected: { commit, kind: 'commit', inRelease: true, decision: 'ask' },
      }
    },
  },
  {
    name: 'an incident that has passed by itself',
    plant(project) {
      firstRelease(project)
      const commit = project.commit('Read net prices', {
        'src/pricing.js': edited(shop['src/pricing.js'], throwing),
      })
      project.git('tag', 'v2')
      const again: Planted['runs'] = [
        {
          tag: 'v1',
          traffic: [{ from: zero + 3 * minute, to: zero + 5 * minute, count: 150, paths: requests }],
        },
      ]
      const usual = afterDeployment(false)
      return {
        ...usual,
        runs: [...usual.runs, ...again],
        now: zero + 5 * minute,
        expected: { commit, kind: 'commit', inRelease: true, decision: 'resolve' },
      }
    },
  },
]

const rateClient = `import { get } from 'node:http'
import { config } from './config.js'

export function readRates() {
  return new Promise((resolve, reject) => {
    get(config.ratesUrl, (response) => {
      response.resume()
      response.on('end', resolve)
    }).on('error', (error) => reject(new Error('rates are not available: ' + error.message, { cause: error })))
  })
}
`

function withRates(orders: string | undefined): string {
  return edited(
    orders,
    ['import { findUser }', "import { readRates } from './rate-client.js'\nimport { findUser }"],
    [
      'export function readOrder(id) {\n',
      'export async function readOrder(id, port) {\n  await readRates(port)\n',
    ],
  )
}

/** v1 asks an upstream that is there; v2 is configured for a port where nothing listens. */
async function addressCase(project: GitProject): Promise<Planted> {
  const [upstream, other] = [createServer((_, response) => response.end('{}')), createServer()]
  for (const server of [upstream, other]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  upstream.unref()
  const [port, free] = [(upstream.address() as AddressInfo).port, (other.address() as AddressInfo).port]
  other.close()
  const settings = (address: number) =>
    edited(shop['config/default.json'], [
      '"pageSize"',
      `"ratesUrl": "http://127.0.0.1:${address}/rates",\n  "pageSize"`,
    ])
  firstRelease(project, {
    'config/default.json': settings(port),
    'src/rate-client.js': rateClient,
    'src/orders.js': withRates(shop['src/orders.js']),
  })
  innocent.catalog(project)
  const commit = project.commit('Move to the new rates host', { 'config/default.json': settings(free) })
  project.commit('Explain how totals are made', {
    'src/orders.js': edited(withRates(shop['src/orders.js']), [
      'function totalOf(lines) {',
      '// Line by line.\nfunction totalOf(lines) {',
    ]),
  })
  project.git('tag', 'v2')
  return { ...afterDeployment(true), expected: { commit, kind: 'configuration', ...rollback } }
}

const databaseFiles = {
  'migrations/001_users.sql':
    'CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, nickname TEXT);\n-- down\nDROP TABLE users;\n',
  'src/database.js': `import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export const database = new DatabaseSync(':memory:')
const folder = new URL('../migrations/', import.meta.url)
for (const file of readdirSync(folder).toSorted()) {
  database.exec(readFileSync(new URL(file, folder), 'utf8').split('-- down')[0])
}
database.exec("INSERT INTO users (id, name) VALUES ('ada', 'Ada'), ('bob', 'Bob'), ('eve', 'Eve'), ('nobody', 'Guest')")
`,
  'src/users.js': `import { database } from './database.js'

export function findUser(id) {
  return database.prepare('SELECT id, name, nickname FROM users WHERE id = ?').get(id)
}

export function readUser(id) {
  const user = findUser(id)
  return { name: user.nickname ?? user.name }
}
`,
}

function dependencyCase(project: GitProject, isVendored: boolean): Planted {
  const manifest = (version: string) =>
    `${JSON.stringify({ ...JSON.parse(shop['package.json'] ?? ''), dependencies: { 'money-words': version } }, null, 2)}\n`
  const lock = (version: string) =>
    `${JSON.stringify({ name: 'shop', lockfileVersion: 3, packages: { '': { name: 'shop', version: '1.0.0' }, 'node_modules/left': { version: '1.0.0' }, 'node_modules/money-words': { version } } }, null, 2)}\n`
  const library = (version: string, body: string) => ({
    'node_modules/money-words/package.json': `${JSON.stringify({ name: 'money-words', version, type: 'module', main: 'index.js' })}\n`,
    'node_modules/money-words/index.js': body,
  })
  const old = library('2.3.0', 'export function money(amount, options) {\n  return amount.toFixed(2)\n}\n')
  const fresh = library(
    '3.0.0',
    'export function money(amount, options) {\n  return amount.toFixed(options.digits)\n}\n',
  )
  const files = {
    'package.json': manifest('2.3.0'),
    'package-lock.json': lock('2.3.0'),
    'src/orders.js': edited(
      shop['src/orders.js'],
      ['import { findUser }', "import { money } from 'money-words'\nimport { findUser }"],
      ['price: price.toFixed(2) }', 'price: money(price) }'],
    ),
    ...(isVendored ? old : { '.gitignore': 'node_modules/\n' }),
  }
  firstRelease(project, files)
  innocent.catalog(project)
  const commit = project.commit('Bump money-words', {
    'package.json': manifest('3.0.0'),
    'package-lock.json': lock('3.0.0'),
    ...(isVendored ? fresh : {}),
  })
  project.commit('Explain how totals are made', {
    'src/orders.js': edited(files['src/orders.js'], [
      'function totalOf(lines) {',
      '// Line by line.\nfunction totalOf(lines) {',
    ]),
  })
  project.git('tag', 'v2')
  const usual = afterDeployment(isVendored)
  const installed = [old, fresh]
  const runs = usual.runs.map((run, index) => ({
    ...run,
    ...(isVendored ? {} : { prepare: () => project.write(installed[index] ?? {}) }),
  }))
  return { ...usual, runs, expected: { commit, kind: 'dependency', ...rollback } }
}

async function upstreamCase(project: GitProject, deployed: number): Promise<Planted> {
  // It listens until the moment at which the errors are to begin.
  const upstream = createServer((_, response) => response.end('{}'))
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  upstream.unref()
  const { port } = upstream.address() as AddressInfo
  firstRelease(project, {
    'config/default.json': edited(shop['config/default.json'], [
      '"pageSize"',
      `"ratesUrl": "http://127.0.0.1:${port}/rates",\n  "pageSize"`,
    ]),
    'src/rate-client.js': rateClient,
    'src/orders.js': withRates(shop['src/orders.js']),
  })
  innocent.catalog(project)
  project.commit('Explain how totals are made', {
    'src/orders.js': edited(withRates(shop['src/orders.js']), [
      'function totalOf(lines) {',
      '// Line by line.\nfunction totalOf(lines) {',
    ]),
  })
  innocent.contact(project)
  project.git('tag', 'v2')
  return {
    deployments: [
      { tag: 'v1', time: zero - 48 * hour },
      { tag: 'v2', time: deployed },
    ],
    runs: [
      { tag: 'v2', traffic: [quiet(zero)] },
      {
        tag: 'v2',
        traffic: [busy(zero)],
        prepare: () => {
          upstream.close()
          upstream.closeAllConnections()
        },
      },
    ],
    expected: { commit: null, kind: 'external', inRelease: false, decision: 'ask' },
  }
}
