// Properties:
//   - Routes of express, fastify, hono and node:http are found with their real paths, prefixes of other files included.
//   - What only looks like a route (a client's call, a map's get, a comment, a string) is none.
//   - A handler's comment, statuses and keys are those of its own code.
//   - Broken and hostile sources give what can be read, in linear time.

import { describe, expect, it } from 'vitest'

import { scanRoutes } from './route-scan.ts'
import { tokenize } from './source-tokens.ts'

function scan(sources: Record<string, string>) {
  return scanRoutes(Object.entries(sources).map(([path, text]) => ({ path, text, ...tokenize(text) })))
}

function names(sources: Record<string, string>) {
  return scan(sources).map((route) => `${route.method} ${route.path}`)
}

describe('scanRoutes', () => {
  it('follows express routers through mounts into other files', () => {
    const routes = names({
      'src/app.ts': `
        import express from 'express'
        import users, { type User } from './users.js'
        const admin: express.Router = express.Router()
        export const app = express()
        admin.get('/stats', (request, response) => response.json({ ok: true }))
        app.use('/api', users)
        app.use('/admin', auth, admin)
        app.get('/health', (_request, response) => { response.send('ok') })`,
      'src/users.ts': `
        import { Router } from 'express'
        const router = Router()
        router.route('/users').get(list).post(create)
        router.delete('/users/:id', guard, remove)
        export default router`,
    })
    expect(routes).toEqual([
      'GET /admin/stats',
      'GET /api/users',
      'POST /api/users',
      'DELETE /api/users/:id',
      'GET /health',
    ])
  })

  it('reads fastify plugins, route objects and hono chains', () => {
    expect(
      names({
        'server.js': `
          const fastify = require('fastify')({ logger: true })
          const orders = require('./orders')
          fastify.register(orders, { prefix: '/v1' })
          fastify.route({ method: ['GET', 'HEAD'], url: '/ping', handler: async () => ({ pong: 1 }) })`,
        'orders.js': `
          module.exports = async function (instance) {
            instance.get('/orders', { schema: {} }, async () => ({ orders: [] }))
          }`,
        'hono.ts': `
          import { Hono } from 'hono'
          const api = new Hono<{ Bindings: B }>().basePath('/hono')
          api.get('/a', (c) => c.json({ a: 1 })).post('/b', (c) => c.text('x', 201))`,
      }),
    ).toEqual(['GET /hono/a', 'POST /hono/b', 'GET /ping', 'HEAD /ping', 'GET /v1/orders'])
  })

  it('reads the comparisons of a plain node:http handler', () => {
    expect(
      names({
        'server.ts': `
          createServer((request, response) => {
            const url = new URL(request.url, 'http://x')
            if (request.method === 'POST' && url.pathname === '/users') { response.writeHead(201).end() }
            else if (url.pathname.startsWith('/files/')) serve(url)
            switch (\`\${request.method} \${url.pathname}\`) { case 'GET /health': return response.end('ok') }
            switch (url.pathname) { case '/metrics': return response.end(text()) }
          })
          const table = { 'PUT /users/x': put, 'not a route': 1 }`,
      }),
    ).toEqual(['ALL /files/*', 'GET /health', 'ALL /metrics', 'POST /users', 'PUT /users/x'])
  })

  it('takes no client call, lookup, comment or text for a route', () => {
    expect(
      names({
        'client.ts': `
          // app.get('/commented', handler)
          const text = "app.get('/in-a-string', handler)"
          const one = await client.get('/users', { timeout: 1 })
          const two = cache.get('/key', load)
          const three = await server.get('/users', { params })
          if (file === '/etc/passwd') refuse()
          const pattern = /app.get('\\/x', y)/`,
      }),
    ).toEqual([])
  })

  it('tells what a handler reads and answers, also one that is imported', () => {
    const [create, list] = scan({
      'app.ts': `
        import { create } from './create.ts'
        const app = express()
        /**
         * Lists users.
         * @param request
         */
        app.get('/users', (request, response) => {
          if (request.query.bad) return response.status(400).json({ error: 'bad' })
          response.json({ users: [], 'next-page': request.query['page'] })
        })
        app.post('/a', create)`,
      'create.ts': `
        // Makes one.
        export async function create(request: Request, response: Response): Promise<void> {
          const { name, email } = request.body
          response.status(201).json({ id: 1, ...rest, name })
        }`,
    })
    expect(list).toMatchObject({
      path: '/users',
      line: 8,
      description: 'Lists users.',
      statuses: [200, 400],
      responseKeys: ['error', 'next-page', 'users'],
      queryKeys: ['bad', 'page'],
    })
    expect(create).toMatchObject({
      path: '/a',
      description: 'Makes one.',
      statuses: [201],
      bodyKeys: ['email', 'name'],
      responseKeys: ['id', 'name'],
    })
  })

  it('survives mounts in a circle, half a file, and a hundred thousand brackets', () => {
    const circle = names({
      'a.js': `const a = Router(); const b = Router(); a.use('/a', b); b.use('/b', a); a.get('/x', f)`,
      'half.js': `const app = express(); app.get('/kept', f); app.get('/lost', (a) => { const t = \`\${`,
      'deep.js': `${'('.repeat(100_000)} ${'`${'.repeat(10_000)} app.get('/y', f)`,
    })
    const routers = Array.from({ length: 25 }, (_, index) => `r${index}`)
    const everyMount = routers.flatMap((one) => routers.map((two) => `${one}.use('/${two}', ${two})`))
    const tangled = `${routers.map((name) => `const ${name} = Router()`).join('\n')}\n${everyMount.join('\n')}\nr0.get('/z', f)`
    expect(names({ 'tangled.js': tangled }).length).toBeLessThan(100)
    expect(circle).toContain('GET /kept')
    expect(circle.some((route) => route.endsWith('/x'))).toBe(true)
  })
})
