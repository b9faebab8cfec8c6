/** The demo's service, as it stands in its first release: a small HTTP service that takes orders. Paths and contents. */
export const serviceFiles: Readonly<Record<string, string>> = {
  'src/server.mjs': `import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'

import { route } from './routes.mjs'

const port = Number(process.env.PORT)
const version = process.env.VERSION

const server = createServer(async (request, response) => {
  const started = process.hrtime.bigint()
  const url = new URL(request.url, 'http://service')
  const entry = { time: new Date().toISOString(), level: 'info', method: request.method, route: url.pathname, version }
  for (const [name, value] of url.searchParams) entry[name] = value
  try {
    const { status, body } = await route(request.method, url, version)
    entry.status = status
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  } catch (error) {
    Object.assign(entry, { level: 'error', status: 500, msg: error.message, stack: error.stack })
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end('{"error":"internal"}')
  }
  entry.duration_ms = Number(process.hrtime.bigint() - started) / 1e6
  console.log(JSON.stringify(entry))
})

server.listen(port, '127.0.0.1', () => {
  // The service counts its own starts: nobody else can say how often it was really switched.
  appendFileSync(process.env.STARTS, JSON.stringify({ version, pid: process.pid }) + '\\n')
})
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`,
  'src/routes.mjs': `import { readFileSync } from 'node:fs'

import { invoice } from './invoice.mjs'
import { findOrder, listOrders } from './orders.mjs'
import { quote } from './pricing.mjs'
import { shippingCost } from './shipping.mjs'

const settings = JSON.parse(readFileSync(new URL('../config/shipping.json', import.meta.url), 'utf8'))

/** Answers one request: its status and its JSON body. */
export async function route(method, url, version) {
  if (method === 'GET' && url.pathname === '/health') return { status: 200, body: { status: 'ok', version } }
  if (method === 'GET' && url.pathname === '/orders') return { status: 200, body: { orders: listOrders() } }
  if (method === 'GET' && url.pathname === '/quote') {
    const total = quote(Number(url.searchParams.get('amount') ?? 0), url.searchParams.get('coupon'))
    return { status: 200, body: { total } }
  }
  if (method === 'GET' && url.pathname === '/shipping') {
    return { status: 200, body: { cost: shippingCost(settings, url.searchParams.get('country') ?? 'DE') } }
  }
  if (method === 'GET' && url.pathname === '/invoice') {
    const order = findOrder(url.searchParams.get('order') ?? '1')
    if (order === undefined) return { status: 404, body: { error: 'no such order' } }
    return { status: 200, body: { invoice: invoice(order) } }
  }
  return { status: 404, body: { error: 'not found' } }
}
`,
  'src/pricing.mjs': `const coupons = { SPRING: { percent: 10 }, FRIENDS: { percent: 25 } }

/** The price of an order in cents: tax on top, a coupon taken off. Unknown coupons are worth nothing. */
export function quote(amount, code) {
  const coupon = coupons[code]
  const percent = coupon === undefined ? 0 : coupon.percent
  return round(amount * 1.19 * (1 - percent / 100))
}

function round(value) {
  return Math.round(value * 100) / 100
}
`,
  'src/shipping.mjs': `/** What sending an order to a country costs, in cents. */
export function shippingCost(settings, country) {
  const zone = settings.zones[country] ?? settings.zones.other
  return zone.base + zone.handling
}
`,
  'src/orders.mjs': `const orders = [
  { id: '1', customer: { name: 'first', address: { zip: ' 10115 ', country: 'DE' } }, amount: 20 },
  { id: '2', customer: { name: 'second', address: { zip: '0150', country: 'NO' } }, amount: 35 },
  { id: '3', customer: { name: 'third', address: { country: 'IE' } }, amount: 50 },
]

/** Every order, without its customer. */
export function listOrders() {
  return orders.map(({ id, amount }) => ({ id, amount }))
}

/** One order by its id. */
export function findOrder(id) {
  return orders.find((order) => order.id === id)
}
`,
  'src/invoice.mjs': `/** The address line of an order's invoice. */
export function invoice(order) {
  const { zip, country } = order.customer.address
  return { line: [country, (zip ?? '').trim()].join(' ').trim(), amount: order.amount }
}
`,
  'config/shipping.json': `{
  "zones": {
    "DE": { "base": 400, "handling": 100 },
    "NO": { "base": 900, "handling": 150 },
    "other": { "base": 1500, "handling": 200 }
  }
}
`,
  'test/service.test.mjs': `import assert from 'node:assert/strict'
import { test } from 'node:test'

import { route } from '../src/routes.mjs'

const get = (path) => route('GET', new URL(path, 'http://service'), 'test')

test('is healthy', async () => assert.equal((await get('/health')).status, 200))
test('lists orders', async () => assert.equal((await get('/orders')).body.orders.length, 3))
test('quotes with a coupon', async () => assert.equal((await get('/quote?amount=100&coupon=SPRING')).body.total, 107.1))
test('knows what shipping costs', async () => assert.equal((await get('/shipping?country=DE')).body.cost, 500))
test('writes an invoice', async () => assert.equal((await get('/invoice?order=1')).body.invoice.line, 'DE 10115'))
`,
  'package.json': `{
  "name": "orders",
  "private": true,
  "type": "module",
  "scripts": { "start": "node src/server.mjs", "test": "node --test test/" }
}
`,
  'migrations/001_orders.sql': `-- up
CREATE TABLE orders (id integer PRIMARY KEY, amount integer NOT NULL, country text);
-- down
DROP TABLE orders;
`,
  '.gitignore': `.opschart/
.claude/contexts/
.claude/events/
.releases/
.run/
logs/
`,
  deploy: `#!/usr/bin/env node
// Deploys a version of the service: its files out of git, the old process ended, the new one started, its health awaited.
// Under one key (OPSCHART_KEY) it has one effect, however often it is started.
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const version = process.argv[2]
const root = import.meta.dirname
const at = (...parts) => join(root, '.run', ...parts)
const port = readFileSync(at('port'), 'utf8').trim()
mkdirSync(at(), { recursive: true })
mkdirSync(join(root, 'logs'), { recursive: true })

async function stage(name) {
  appendFileSync(at('stages'), name + '\\n')
  while (existsSync(at('hold-' + name))) await pause(20)
}

async function healthy() {
  try {
    const answer = await fetch('http://127.0.0.1:' + port + '/health')
    return (await answer.json()).version
  } catch {
    return undefined
  }
}

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const running = () => (existsSync(at('service.json')) ? JSON.parse(readFileSync(at('service.json'), 'utf8')) : undefined)

await stage('before-git')
const folder = join(root, '.releases', version)
if (!existsSync(folder)) {
  const files = execFileSync('git', ['archive', '--format=tar', version], { cwd: root, maxBuffer: 64 * 1024 * 1024 })
  const half = folder + '.' + process.pid
  mkdirSync(half, { recursive: true })
  execFileSync('tar', ['-x', '-C', half], { input: files })
  renameSync(half, folder)
}
await stage('after-git')

const before = running()
if (!(before?.version === version && alive(before.pid))) {
  if (before !== undefined && alive(before.pid)) {
    process.kill(before.pid, 'SIGTERM')
    while (alive(before.pid)) await pause(10)
  }
  const log = openSync(join(root, 'logs', 'orders.log'), 'a')
  const child = spawn(process.execPath, ['src/server.mjs'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH, PORT: port, VERSION: version, STARTS: at('starts.ndjson') },
  })
  writeFileSync(at('service.json.new'), JSON.stringify({ version, pid: child.pid }))
  renameSync(at('service.json.new'), at('service.json'))
  child.unref()
}
for (let tries = 0; (await healthy()) !== version; tries += 1) {
  if (tries > 250) {
    console.error('version ' + version + ' did not become healthy')
    process.exit(1)
  }
  await pause(20)
}

await stage('after-restart')
console.log(version + ' is live')
`,
}
