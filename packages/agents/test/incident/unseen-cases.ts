import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { GitProject } from './git-project.ts'
import { afterDeployment, busy, hour, quiet, zero, type PlantedCase } from './planted-case.ts'
import { edited, shop } from './shop-service.ts'

// The measure. These were written after everything else and run once; nothing has been changed to fit them. Whoever finds a
// remedy for one of the misses moves that case to the others, and writes a new one.

const rollback = { inRelease: true, decision: 'rollback' } as const

function firstRelease(project: GitProject, extra: Readonly<Record<string, string>> = {}): void {
  project.commit('Open the shop', { ...shop, ...extra })
  project.git('tag', 'v1')
}

const words = (project: GitProject) =>
  project.commit('Say more in the readme', { 'README.md': '# Shop\n\nSells pens, ink and paper.\n' })
const remark = (project: GitProject, orders = shop['src/orders.js']) =>
  project.commit('Explain how totals are made', {
    'src/orders.js': edited(orders, ['function totalOf', '// Line by line.\nfunction totalOf']),
  })
const paper = (project: GitProject) =>
  project.commit('Add a kind of paper', {
    'src/catalog.js': edited(shop['src/catalog.js'], [
      "  ['gift',",
      "  ['card', { name: 'card', price: 3 }],\n  ['gift',",
    ]),
  })

export const unseenCases: readonly PlantedCase[] = [
  {
    name: 'a default value of a parameter that went away',
    plant(project) {
      const format = (fallback: string) =>
        `export function shorten(text, limits${fallback}) {\n  const most = limits.most\n  return text.length > most ? text.slice(0, most) : text\n}\n`
      const users = edited(
        shop['src/users.js'],
        ['const users =', "import { shorten } from './text.js'\n\nconst users ="],
        ['return { name: user.name, contact', 'return { name: shorten(user.name), contact'],
      )
      firstRelease(project, { 'src/text.js': format(' = { most: 20 }'), 'src/users.js': users })
      paper(project)
      const commit = project.commit('Ask for limits everywhere', { 'src/text.js': format('') })
      project.commit('Show contacts', { 'src/users.js': edited(users, ["?? 'none'", "?? 'no contact'"]) })
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a renamed entry of a table that another file looks up',
    plant(project) {
      const units = (name: string) =>
        `export const units = {\n  piece: { size: 1 },\n  ${name}: { size: 50 },\n}\n`
      const catalog = edited(
        shop['src/catalog.js'],
        ['const items =', "import { units } from './units.js'\n\nconst items ="],
        [
          'return { ...item, available: true }',
          "const unit = name === 'ink' ? units.bottle : units.piece\n  return { ...item, size: unit.size }",
        ],
      )
      firstRelease(project, { 'src/units.js': units('bottle'), 'src/catalog.js': catalog })
      project.commit('Count in pieces', { 'src/rates.js': 'export const rates = { eur: 1, usd: 1.07 }\n' })
      const commit = project.commit('Ink comes in flasks', { 'src/units.js': units('flask') })
      project.commit('Add a kind of paper', {
        'src/catalog.js': edited(catalog, [
          "  ['gift',",
          "  ['card', { name: 'card', price: 3 }],\n  ['gift',",
        ]),
      })
      project.git('tag', 'v2')
      return { ...afterDeployment(false), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a dependency of a dependency, in the lock file alone',
    plant(project) {
      const lock = (version: string) =>
        `${JSON.stringify({ name: 'shop', lockfileVersion: 3, packages: { '': { name: 'shop', dependencies: { greeter: '^1.0.0' } }, 'node_modules/greeter': { version: '1.0.0' }, 'node_modules/capital': { version } } }, null, 2)}\n`
      const installed = (version: string, body: string) => ({
        'node_modules/greeter/package.json':
          '{"name":"greeter","version":"1.0.0","type":"module","main":"index.js"}\n',
        'node_modules/greeter/index.js':
          "import { capital } from 'capital'\n\nexport function greet(name) {\n  return 'Dear ' + capital(name)\n}\n",
        'node_modules/capital/package.json': `{"name":"capital","version":"${version}","type":"module","main":"index.js"}\n`,
        'node_modules/capital/index.js': body,
      })
      const old = installed(
        '1.4.0',
        'export function capital(text) {\n  return text[0].toUpperCase() + text.slice(1)\n}\n',
      )
      const fresh = installed(
        '1.5.0',
        'export function capital(text, locale) {\n  return text[0].toLocaleUpperCase(locale.name) + text.slice(1)\n}\n',
      )
      const users = edited(
        shop['src/users.js'],
        ['const users =', "import { greet } from 'greeter'\n\nconst users ="],
        ['return { name: user.name, contact', 'return { name: greet(user.name), contact'],
      )
      firstRelease(project, {
        '.gitignore': 'node_modules/\n',
        'package-lock.json': lock('1.4.0'),
        'src/users.js': users,
      })
      paper(project)
      const commit = project.commit('Refresh the lock file', { 'package-lock.json': lock('1.5.0') })
      project.commit('Show contacts', { 'src/users.js': edited(users, ["?? 'none'", "?? 'no contact'"]) })
      project.git('tag', 'v2')
      const usual = afterDeployment(false)
      const files = [old, fresh]
      return {
        ...usual,
        runs: usual.runs.map((run, index) => ({ ...run, prepare: () => project.write(files[index] ?? {}) })),
        expected: { commit, kind: 'dependency', ...rollback },
      }
    },
  },
  {
    name: 'a loop that goes one step too far',
    plant(project) {
      const total = (bound: string) =>
        edited(shop['src/orders.js'], [
          '  return lines.reduce((sum, line) => sum + Number(line.price), 0)',
          `  let sum = 0\n  for (let at = 0; at ${bound} lines.length; at++) {\n    const line = lines[at]\n    sum += Number(line.price)\n  }\n  return sum`,
        ])
      firstRelease(project, { 'src/orders.js': total('<') })
      paper(project)
      const commit = project.commit('Count the last line too', { 'src/orders.js': total('<=') })
      project.commit('Read orders in one way', {
        'src/orders.js': edited(total('<='), [
          'function lineOf(name) {',
          '// One line of a receipt.\nfunction lineOf(name) {',
        ]),
      })
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a shared object that one request spoils for the next',
    plant(project) {
      firstRelease(project)
      remark(project)
      const commit = project.commit('Do not tell the price of a single item', {
        'src/catalog.js': edited(shop['src/catalog.js'], [
          'return { ...item, available: true }',
          'delete items.delete(name)\n  return { ...item, available: true }',
        ]),
      })
      project.commit('Update the rates', { 'src/rates.js': 'export const rates = { eur: 1, usd: 1.07 }\n' })
      project.git('tag', 'v2')
      return { ...afterDeployment(false), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a time-out that was set too short',
    async plant(project) {
      const upstream = createServer((_, response) => setTimeout(() => response.end('{}'), 25))
      upstream.listen(0, '127.0.0.1')
      await once(upstream, 'listening')
      upstream.unref()
      const { port } = upstream.address() as AddressInfo
      const client = `import { config } from './config.js'\n\nexport async function readRates() {\n  const limit = config.rateTimeout\n  const answer = fetch('http://127.0.0.1:${port}/').then((response) => response.text())\n  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('rates took longer than ' + limit + ' ms')), limit).unref())\n  return Promise.race([answer, late])\n}\n`
      const rateRoute = edited(
        shop['src/routes.js'],
        ["import { rates } from './rates.js'", "import { readRates } from './rate-client.js'"],
        ["'/rates': () => rates", "'/rates': () => readRates()"],
      )
      firstRelease(project, { 'src/rate-client.js': client, 'src/routes.js': rateRoute })
      paper(project)
      const commit = project.commit('Do not wait so long', {
        'config/default.json': edited(shop['config/default.json'], [
          '"rateTimeout": 1500',
          '"rateTimeout": 10',
        ]),
      })
      remark(project)
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'configuration', ...rollback } }
    },
  },
  {
    name: 'a large change that touches every file, and small innocents',
    plant(project) {
      firstRelease(project)
      paper(project)
      const everywhere = Object.fromEntries(
        Object.entries(shop)
          .filter(([name]) => name.startsWith('src/') && name !== 'src/server.js')
          .map(([name, text]) => [
            name,
            `// Part of the shop.\n${text.replaceAll('findUser', 'userOf').replaceAll('findItem', 'itemOf')}`,
          ]),
      )
      const commit = project.commit('Name functions after what they give', {
        ...everywhere,
        'src/orders.js': edited(everywhere['src/orders.js'], [
          'user.name.toUpperCase()',
          'user.names.full.toUpperCase()',
        ]),
      })
      words(project)
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'commit', ...rollback } }
    },
  },
  {
    name: 'a migration that asks for a value nobody gives',
    plant(project) {
      const database = `import { readdirSync, readFileSync } from 'node:fs'\nimport { DatabaseSync } from 'node:sqlite'\n\nexport const database = new DatabaseSync(':memory:')\nconst folder = new URL('../migrations/', import.meta.url)\nfor (const file of readdirSync(folder).toSorted()) {\n  database.exec(readFileSync(new URL(file, folder), 'utf8').split('-- down')[0])\n}\n`
      const users = edited(
        shop['src/users.js'],
        ['const users =', "import { database } from './database.js'\n\nconst users ="],
        [
          '  const user = findUser(id)\n  return',
          "  const user = findUser(id)\n  database.prepare('INSERT INTO visits (name) VALUES (?)').run(user.name)\n  return",
        ],
      )
      firstRelease(project, {
        'src/database.js': database,
        'src/users.js': users,
        'migrations/001_visits.sql': 'CREATE TABLE visits (name TEXT);\n-- down\nDROP TABLE visits;\n',
      })
      project.commit('Show contacts', { 'src/users.js': edited(users, ["?? 'none'", "?? 'no contact'"]) })
      const commit = project.commit('Tell visits apart', {
        'migrations/002_kind.sql':
          'DROP TABLE visits;\nCREATE TABLE visits (name TEXT, origin TEXT NOT NULL);\n-- down\nDROP TABLE visits;\nCREATE TABLE visits (name TEXT);\n',
      })
      project.git('tag', 'v2')
      return {
        ...afterDeployment(true),
        expected: { commit, kind: 'migration', inRelease: true, decision: 'ask' },
      }
    },
  },
  {
    name: 'a switch that lets old, broken code run',
    plant(project) {
      const users = edited(
        shop['src/users.js'],
        [
          'const users =',
          "import { readFileSync } from 'node:fs'\n\nconst flags = readFileSync(new URL('../.env', import.meta.url), 'utf8')\nconst users =",
        ],
        [
          'function contactOf(user) {\n',
          "function contactOf(user) {\n  if (flags.includes('FULL_CONTACT=on')) return user.phone.trim() + user.email\n",
        ],
      )
      firstRelease(project, { '.env': 'FULL_CONTACT=off\n', 'src/users.js': users })
      paper(project)
      const commit = project.commit('Show full contacts', { '.env': 'FULL_CONTACT=on\n' })
      project.commit('Spell the guest with care', {
        'src/users.js': edited(users, ["name: 'Guest'", "name: 'A guest'"]),
      })
      project.git('tag', 'v2')
      return { ...afterDeployment(true), expected: { commit, kind: 'configuration', ...rollback } }
    },
  },
  {
    name: 'an upstream that answers 503, hours after a deployment',
    plant(project) {
      const state = { status: 200 }
      const upstream = createServer((_, response) => response.writeHead(state.status).end('{}'))
      upstream.listen(0, '127.0.0.1')
      return once(upstream, 'listening').then(() => {
        upstream.unref()
        const { port } = upstream.address() as AddressInfo
        const client = `export async function readRates() {\n  const response = await fetch('http://127.0.0.1:${port}/rates')\n  await response.text()\n  if (!response.ok) throw new Error('the rates service answered ' + response.status)\n}\n`
        const rateRoute = edited(
          shop['src/routes.js'],
          ["import { rates } from './rates.js'", "import { readRates } from './rate-client.js'"],
          ["'/rates': () => rates", "'/rates': () => readRates()"],
        )
        firstRelease(project, { 'src/rate-client.js': client, 'src/routes.js': rateRoute })
        paper(project)
        remark(project)
        project.git('tag', 'v2')
        return {
          deployments: [
            { tag: 'v1', time: zero - 48 * hour },
            { tag: 'v2', time: zero - 2 * hour },
          ],
          runs: [
            { tag: 'v2', traffic: [quiet(zero)] },
            { tag: 'v2', traffic: [busy(zero)], prepare: () => void (state.status = 503) },
          ],
          expected: { commit: null, kind: 'external', inRelease: false, decision: 'ask' },
        }
      })
    },
  },
  {
    name: 'more customers than slots, an hour after a deployment',
    plant(project) {
      const slots = `let used = 0\n\nexport function takeSlot(port) {\n  used++\n  if (used > 45 && used % 2 === 0) throw new Error('queue is full, ' + used + ' waiting')\n}\n`
      const orders = edited(
        shop['src/orders.js'],
        ['import { findUser }', "import { takeSlot } from './slots.js'\nimport { findUser }"],
        ['  const order = orders.get(id)\n', '  takeSlot()\n  const order = orders.get(id)\n'],
      )
      firstRelease(project, { 'src/slots.js': slots, 'src/orders.js': orders })
      paper(project)
      remark(project, orders)
      project.git('tag', 'v2')
      return {
        deployments: [
          { tag: 'v1', time: zero - 48 * hour },
          { tag: 'v2', time: zero - hour },
        ],
        runs: [{ tag: 'v2', traffic: [quiet(zero), { ...busy(zero), count: 200 }] }],
        expected: { commit: null, kind: 'unknown', inRelease: false, decision: 'ask' },
      }
    },
  },
]
