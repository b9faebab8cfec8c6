// Properties:
//   - The description of the API is OpenAPI 3.1, and what it refers to is in it.
//   - It names every question that is answered, and what it names is answered.
//   - A member that it does not name is refused.

import { request } from 'node:http'

import { Validator } from '@seriousme/openapi-schema-validator'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { openDoor, type Door } from '../../test/door-harness.ts'
import { fakeClient } from '../../test/fake-client.ts'
import { ask, controlled, openPage, sessionOf, turnOn } from '../../test/page-harness.ts'

const asked = ['actor', 'audit', 'daemon', 'digest', 'log', 'past', 'read', 'record', 'status', 'why']
const beforehand = ['whatif', 'whomay']
const done = ['adopt', 'approve', 'cancel', 'move', 'pause', 'promote', 'reject', 'resume', 'send', 'start']
const atSocket = ['answer', 'claim', 'control', 'down', 'inspect', 'open']
const onPage = ['against', 'control', 'control-off', 'door']

interface Description {
  paths: Record<string, Record<string, { operationId: string; requestBody?: unknown }>>
}

let door: Door

beforeEach(async () => {
  door = await openDoor(fakeClient())
})
afterEach(() => door.close())

it('is valid, with every reference resolved', async () => {
  const { text } = await question('GET', '/v1/openapi.json')
  const document = JSON.parse(text) as Record<string, unknown>
  expect(await new Validator().validate(document)).toEqual({ valid: true })
  expect(await new Validator().validate({ ...document, paths: [] })).toMatchObject({ valid: false })
  const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference!)
  expect(references).toContain('#/components/schemas/Error')
  expect(references.some((reference) => reference.includes('start.'))).toBe(true)
  for (const reference of references) {
    const steps = reference.split('/').slice(1)
    const found = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document)
    expect(found, reference).toBeTypeOf('object')
  }
})

it('names what is answered, and nothing else', async () => {
  const { paths } = JSON.parse((await question('GET', '/v1/openapi.json')).text) as Description
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(documented.toSorted()).toEqual(
    [
      'GET /v1/openapi.json',
      'GET /v1/rows',
      ...[...asked, ...done, ...atSocket].map((name) => `POST /v1/${name}`),
    ].toSorted(),
  )
  for (const line of documented) {
    const [method = '', path = ''] = line.split(' ')
    const answered = await question(method, path, '{"no such member":1}')
    if (method === 'POST')
      expect([line, answered.text]).toEqual([line, expect.stringContaining('no such member')])
    else expect([line, answered.status]).toEqual([line, 200])
    expect((await question(method, `${path}x`, '{}')).text).toContain('not known here')
  }
})

it('describes the loopback as it is: what is not for it is not named', async () => {
  const page = await openPage(fakeClient())
  const host = `127.0.0.1:${page.port}`
  const headers = { host, authorization: `Bearer ${page.token}` }
  const { body } = await ask(page.port, 'GET /v1/openapi.json', headers)
  const document = JSON.parse(body) as Description & Record<string, unknown>
  expect(await new Validator().validate(document)).toEqual({ valid: true })
  expect(document).toMatchObject({
    security: [{ token: [] }, { session: [] }],
    components: { securitySchemes: { session: { name: `opschart-${page.port}` } } },
  })
  expect(Object.keys(document.paths).toSorted()).toEqual(
    ['inspection', 'openapi.json', 'rows', 'session', ...asked, ...beforehand, ...done, ...onPage]
      .map((name) => `/v1/${name}`)
      .toSorted(),
  )
  const session = await sessionOf(page)
  const shown = controlled(session, await turnOn(page, session, page.control.grant('maria').secret))
  for (const name of [...asked, ...beforehand, ...done, ...onPage]) {
    const own = { host, ...shown, origin: `http://${host}` }
    const answered = await ask(page.port, `POST /v1/${name}`, own, '{"no such member":1}')
    expect([name, answered.body]).toEqual([name, expect.stringContaining('no such member')])
  }
  await page.close()
})

/** One question by hand; of a stream, what comes first. */
function question(method: string, path: string, body = '') {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const asking = request({ socketPath: door.path, method, path, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (response.headers['content-type'] !== 'text/event-stream') return
        resolve({ status: response.statusCode, text })
        asking.destroy()
      })
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    asking.once('error', reject)
    asking.end(method === 'POST' ? body : '')
  })
}
