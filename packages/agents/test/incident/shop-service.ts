// The service of the planted cases: a small shop, as one would write it. Each case changes a piece of it.

/** Handles requests and writes one JSON line for each; `x-time` stands in for the clock, so that hours pass in no time. */
const server = `import { createServer } from 'node:http'
import { appendFileSync } from 'node:fs'
import { routes } from './routes.js'

const version = process.env.SERVICE_VERSION

const server = createServer(async (request, response) => {
  const time = Number(request.headers['x-time'])
  const url = new URL(request.url, 'http://shop')
  const [, first, id] = url.pathname.split('/')
  const route = id === undefined ? '/' + first : '/' + first + '/:id'
  const entry = { time, level: 'info', message: 'request', method: request.method, route, tenant: request.headers['x-tenant'] }
  let status = 200
  let body = {}
  try {
    const handler = routes[route]
    if (handler === undefined) status = 404
    else body = await handler({ id, time, port: server.address().port })
  } catch (error) {
    status = 500
    Object.assign(entry, { level: 'error', message: error.message, stack: error.stack + causeOf(error) })
  }
  if (version !== undefined) entry.version = version
  if (url.searchParams.get('quiet') === null) {
    appendFileSync(process.env.LOG_FILE, JSON.stringify({ ...entry, status }) + '\\n')
  }
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
})

function causeOf(error) {
  return error.cause === undefined ? '' : '\\n[cause]: ' + error.cause
}

server.listen(0, '127.0.0.1', () => process.stdout.write(server.address().port + '\\n'))
`

const routes = `import { readOrder } from './orders.js'
import { readUser } from './users.js'
import { readItem } from './catalog.js'
import { rates } from './rates.js'

export const routes = {
  '/orders/:id': ({ id, port }) => readOrder(id, port),
  '/users/:id': ({ id }) => readUser(id),
  '/items/:id': ({ id }) => readItem(id),
  '/rates': () => rates,
}
`

const orders = `import { priceOf } from './pricing.js'
import { findUser } from './users.js'
import { findItem } from './catalog.js'

const orders = new Map([
  ['1', { user: 'ada', items: ['pen', 'ink'] }],
  ['2', { user: 'bob', items: ['pen'] }],
  ['3', { user: 'nobody', items: ['paper', 'pen'] }],
  ['4', { user: 'eve', items: ['ink', 'gift'] }],
])

export function readOrder(id) {
  const order = orders.get(id)
  const user = findUser(order.user)
  const lines = order.items.map((name) => lineOf(name))
  return { id, customer: user.name.toUpperCase(), lines, total: totalOf(lines) }
}

function lineOf(name) {
  const item = findItem(name)
  const price = priceOf(item)
  return { name, price: price.toFixed(2) }
}

function totalOf(lines) {
  return lines.reduce((sum, line) => sum + Number(line.price), 0)
}
`

const pricing = `import { config } from './config.js'

const taxes = { standard: 0.2, reduced: 0.05 }

export function priceOf(item) {
  const net = item.price * (1 - discountOf(item))
  const tax = taxFor(item)
  return net * (1 + tax)
}

function taxFor(item) {
  return taxes[item.tax ?? config.defaultTax]
}

function discountOf(item) {
  if (item.discount === undefined) return 0
  return item.discount.percent / 100
}
`

const users = `const users = new Map([
  ['ada', { name: 'Ada', email: 'ada@example.test' }],
  ['bob', { name: 'Bob', email: 'bob@example.test' }],
  ['eve', { name: 'Eve' }],
])

const guest = { name: 'Guest' }

export function findUser(id) {
  const user = users.get(id)
  if (user === undefined) return guest
  return user
}

export function readUser(id) {
  const user = findUser(id)
  return { name: user.name, contact: contactOf(user) }
}

function contactOf(user) {
  return user.email?.toLowerCase() ?? 'none'
}
`

const catalog = `const items = new Map([
  ['pen', { name: 'pen', price: 2, tax: 'standard' }],
  ['ink', { name: 'ink', price: 7, discount: { percent: 10 } }],
  ['paper', { name: 'paper', price: 1, tax: 'reduced' }],
  ['gift', { name: 'gift', price: 5 }],
])

export function findItem(name) {
  return items.get(name)
}

export function readItem(name) {
  const item = findItem(name)
  return { ...item, available: true }
}
`

const config = `import { readFileSync } from 'node:fs'

export const config = JSON.parse(readFileSync(new URL('../config/default.json', import.meta.url), 'utf8'))
`

/** The whole service, as it is before anything goes wrong. */
export const shop: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'shop', version: '1.0.0', private: true, type: 'module' }, null, 2)}\n`,
  'README.md': '# Shop\n\nSells pens.\n',
  'config/default.json': `${JSON.stringify({ defaultTax: 'standard', pageSize: 20, rateTimeout: 1500 }, null, 2)}\n`,
  'src/server.js': server,
  'src/routes.js': routes,
  'src/orders.js': orders,
  'src/pricing.js': pricing,
  'src/users.js': users,
  'src/catalog.js': catalog,
  'src/config.js': config,
  'src/rates.js': `export const rates = { eur: 1, usd: 1.1 }\n`,
}

/** What customers ask for, in turn. */
export const requests: readonly string[] = [
  '/orders/1',
  '/users/ada',
  '/items/pen',
  '/orders/2',
  '/rates',
  '/orders/3',
  '/users/eve',
  '/orders/4',
  '/items/ink',
  '/users/bob',
]

/** A file of the shop with pieces replaced; fails when a piece is not there, so that no case tests nothing. */
export function edited(text: string | undefined, ...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((result, [before, after]) => {
    if (!result.includes(before)) throw new Error(`the fixture has no ${JSON.stringify(before)}`)
    return result.replace(before, () => after)
  }, text ?? '')
}
