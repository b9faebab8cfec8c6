// Properties:
//   - An inspector is told of the journal and of the apps in one stream; a journal's step alone has an id.
//   - Who was cut off goes on after the last row that was read, whatever the address says, and is told no `source` anew,
//     unless the journal has no such row, or another one: the id says which it was.
//   - The stream is for who may read, and for no more at once than any stream; whoever leaves ends what was followed.

import type { InspectionMessage } from '@opschart/core'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { fakeClient, logRow, type FakeClient } from '../../test/fake-client.ts'
import { answered, ask, openPage, sendBytes, type Page } from '../../test/page-harness.ts'

let client: FakeClient
let page: Page
let host: string
/** What the runtime was asked for. */
let asked: { source: string; from?: number; after?: number; hash?: string }[]
let following: number

const start = (source: string): InspectionMessage => ({
  kind: 'source',
  source,
  protocol: 1,
  name: source,
  at: 0,
})
const step = (source: string, sequence: number): InspectionMessage => ({
  kind: 'step',
  source,
  actor: 'web/v2',
  sequence,
  at: sequence,
  event: { type: 'CODE_COMMITTED' },
  from: null,
})

beforeEach(async () => {
  asked = []
  following = 0
  client = fakeClient()
  client.inspection = (options) => {
    asked.push(options)
    following += 1
    const head = client.rows.at(-1)?.sequence ?? 0
    const goesOn = options.after !== undefined && options.after <= head
    let next = goesOn ? options.after! + 1 : (options.from ?? head + 1)
    let begun = goesOn
    let ended = false
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          if (!begun) {
            begun = true
            return { done: false, value: start(options.source) }
          }
          await until(() => ended || (client.rows.at(-1)?.sequence ?? 0) >= next)
          return ended
            ? { done: true, value: undefined }
            : { done: false, value: step(options.source, next++) }
        },
        return() {
          ended = true
          following -= 1
          return Promise.resolve({ done: true, value: undefined })
        },
      }),
    }
  }
  page = await openPage(client, { about: { root: '/projects/greeter', version: '1' } })
  host = `127.0.0.1:${page.port}`
})
afterEach(() => page.close())

it('begins with the source and tells each step under its sequence number', async () => {
  const [first, ...rest] = eventsOf(await follow('?from=1', {}, 2))
  expect(first).toEqual({ data: { ...start('journal'), name: 'greeter' } })
  expect(rest).toEqual([{ id: 1, data: step('journal', 1) }])
  expect(asked).toEqual([{ source: 'journal', from: 1 }])
  await follow('', {}, 1)
  expect(asked[1]).toEqual({ source: 'journal' })
})

it('[P7] gives each step an id that says of which journal it is, and hands that on', async () => {
  const hash = '0123456789abcdef'.repeat(4)
  client.inspection = async function* (options) {
    asked.push(options)
    yield { ...(step('journal', 7) as Extract<InspectionMessage, { kind: 'step' }>), hash }
  }
  expect(await follow('', {}, 1)).toContain('id: 7-0123456789abcdef\ndata: {')
  expect(eventsOf(await follow('', { 'last-event-id': '7-0123456789abcdef' }, 1))).toMatchObject([
    { data: step('journal', 7) },
  ])
  expect(asked).toEqual([{ source: 'journal' }, { source: 'journal', after: 7, hash: '0123456789abcdef' }])
  // What is no id of ours is no place.
  for (const id of ['7-0123', '7-0123456789abcdeg', '7-', '-1'])
    expect(await follow('', { 'last-event-id': id }, 1)).toContain('"code":"input"')
})

it('[P7] goes on after the last row that was read, and says nothing of the source again', async () => {
  for (let sequence = 1; sequence <= 4; sequence += 1) client.append(logRow(sequence))
  const events = eventsOf(await follow('?from=1', { 'last-event-id': '2' }, 2))
  expect(events).toEqual([3, 4].map((id) => ({ id, data: step('journal', id) })))
  expect(asked).toEqual([{ source: 'journal', after: 2 }])
  // Nothing is missing to who has seen the last one.
  const last = follow('', { 'last-event-id': '4' }, 1)
  await until(() => asked.length === 2)
  client.append(logRow(5))
  expect(eventsOf(await last)).toEqual([{ id: 5, data: step('journal', 5) }])
})

it('[P7] begins anew for who has read more than there is: the journal is another one', async () => {
  client.append(logRow(1))
  const [first] = eventsOf(await follow('?from=7', { 'last-event-id': '9' }, 1))
  expect(first).toEqual({ data: { ...start('journal'), name: 'greeter' } })
  expect(asked).toEqual([{ source: 'journal', after: 9 }])
})

it('tells of apps in the same stream, without ids, and all that is kept of them each time', async () => {
  await page.close()
  let ended = 0
  page = await openPage(client, {
    apps: {
      async *messages() {
        try {
          yield start('app-1')
          yield step('app-1', 1)
          await new Promise(() => {})
        } finally {
          ended += 1
        }
      },
    },
  })
  host = `127.0.0.1:${page.port}`
  client.append(logRow(1))
  for (const headers of [{}, { 'last-event-id': '1' }]) {
    const messages = eventsOf(await follow('', headers, 2 + ('last-event-id' in headers ? 0 : 1)))
    const apps = messages.filter(({ data }) => data.source === 'app-1')
    expect(apps).toEqual([{ data: start('app-1') }, { data: step('app-1', 1) }])
  }
  await until(() => page.clock.waiting() === 0)
  expect(ended).toBe(0)
})

it('is refused to who has no token, at an odd place, and to more than 64 at once', async () => {
  expect((await ask(page.port, 'GET /v1/inspection', { host })).status).toBe(403)
  const authorization = `Bearer ${page.token}`
  const foreign = { host, authorization, origin: 'https://evil.example' }
  expect((await ask(page.port, 'GET /v1/inspection', foreign)).status).toBe(403)
  for (const place of ['?from=x', '?from=-1', '?from='])
    expect((await ask(page.port, `GET /v1/inspection${place}`, { host, authorization })).status).toBe(400)
  expect((await ask(page.port, 'POST /v1/inspection', { host, authorization })).status).toBe(400)
  expect(asked).toEqual([])
  const lines = `GET /v1/inspection HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}\r\n\r\n`
  let enough = false
  const streams = Array.from({ length: 64 }, () => sendBytes(page.port, lines, () => enough))
  await until(() => following === 64)
  expect((await ask(page.port, 'GET /v1/inspection', { host, authorization })).body).toContain(
    '64 follow already',
  )
  enough = true
  page.clock.advance(15_000)
  await Promise.all(streams)
  await until(() => following === 0 && page.clock.waiting() === 0)
})

/** Follows until so many events have come, and leaves; each row that is waited for is there, or is appended meanwhile. */
async function follow(query: string, headers: Record<string, string>, count: number): Promise<string> {
  const authorization = `Bearer ${page.token}`
  const lines = Object.entries({ host, authorization, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const text = sendBytes(
    page.port,
    `GET /v1/inspection${query} HTTP/1.1\r\n${lines.join('')}\r\n`,
    (sofar) => sofar.split('data: ').length > count,
  )
  if (client.rows.length === 0 && count > 1) {
    await until(() => following === 1)
    client.append(logRow(1))
  }
  return text
}

function eventsOf(text: string): { id?: number; data: InspectionMessage }[] {
  expect(answered(text).status).toBe(200)
  return [...text.matchAll(/(?:^id: (\d+)\n)?^data: (.*)$/gm)].map(([, id, data]) => ({
    ...(id === undefined ? {} : { id: Number(id) }),
    data: JSON.parse(data!) as InspectionMessage,
  }))
}

/** Lets the loop turn until something is so; the test's own time-out ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
