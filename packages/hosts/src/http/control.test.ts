// Properties:
//   - Control is off until a person's secret is shown by a page within its session; then that page alone has it, by a key and
//     a cookie together: what a browser shows to other ports of this machine is not enough.
//   - A secret is good once, for two minutes; control for 12 hours, until it is turned off, or the daemon ends.
//   - Neither the token nor the session carries it, and nothing that lets one act is in a file.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { fakeClient, type FakeClient } from '../../test/fake-client.ts'
import {
  ask,
  controlled,
  cookieIn,
  openPage,
  sessionOf,
  turnOn,
  type Answered,
  type Page,
} from '../../test/page-harness.ts'

const minute = 60_000
const hour = 60 * minute

let client: FakeClient
let page: Page
let host: string
let session: string

beforeEach(async () => {
  client = fakeClient()
  page = await openPage(client, { about: { root: '/projects/greeter', version: '1.2.3' } })
  host = `127.0.0.1:${page.port}`
  session = await sessionOf(page)
})
afterEach(() => page.close())

describe('control', () => {
  it('[P5] [P6] is off, and is turned on by a person’s secret, as that person', async () => {
    const off = {
      versions: false,
      control: false,
      until: null,
      person: 'maria',
      name: 'greeter',
      version: '1.2.3',
    }
    expect(await door({ cookie: session })).toEqual(off)
    const turned = await turnOn(page, session, page.control.grant('ada').secret)
    const on = { ...off, control: true, until: page.clock.now() + 12 * hour, person: 'ada' }
    const key = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect([turned.status, JSON.parse(turned.body)]).toEqual([200, { answer: { ...on, key } }])
    // Without an age, by which a browser would write it into a file.
    expect(turned.headers['set-cookie']).toMatch(
      /^opschart-\d+-control=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const both = controlled(session, turned)
    expect(await door(both)).toEqual(on)
    expect((await resume(both)).status).toBe(200)
    expect(client.calls.map(({ by, method }) => [by, method])).toEqual([['person:ada', 'resume']])
    // A program that has the token is told where it stands itself.
    const program = { ...both, host, authorization: `Bearer ${page.token}` }
    expect((await ask(page.port, 'POST /v1/door', program)).body).toContain('"control":false')
  })

  it('[P5] is not carried by the token, by a session, nor by its cookie without one', async () => {
    const both = controlled(session, await turnOn(page, session, page.control.grant('maria').secret))
    const [, turned = ''] = both.cookie.split('; ')
    const [name = '', value = ''] = turned.split('=')
    const key = { 'opschart-control': both['opschart-control'] }
    const without: Record<string, string>[] = [
      { authorization: `Bearer ${page.token}` },
      { authorization: `Bearer ${page.token}`, cookie: turned, ...key },
      { authorization: `Bearer ${value}`, ...key },
      { authorization: `Bearer ${key['opschart-control']}`, ...key },
      { cookie: session, ...key },
      { cookie: turned, ...key },
      { cookie: `${session}; ${turned.slice(0, -1)}`, ...key },
      { cookie: `${session}; ${name}=`, ...key },
      { cookie: `${session}; ${name}=${page.token}`, ...key },
      { cookie: `${session}; ${name}=${session.split('=')[1]}`, ...key },
      { cookie: `${session}; ${name}=${key['opschart-control']}`, ...key },
      // All that a browser shows to what listens on another port of this machine.
      { cookie: both.cookie },
      { cookie: both.cookie, 'opschart-control': '' },
      { cookie: both.cookie, 'opschart-control': value },
      { cookie: both.cookie, 'opschart-control': `${key['opschart-control']}0` },
    ]
    for (const headers of without) expect([headers, (await resume(headers)).status]).toEqual([headers, 403])
    // Another browser's session, begun with the same token.
    const other = await sessionOf(page)
    expect((await resume({ cookie: other })).status).toBe(403)
    expect(client.calls).toEqual([])
    expect((await resume({ cookie: `${other}; ${turned}`, ...key })).status).toBe(200)
  })

  it('[P6] is each page’s own, in one browser too, and ends there in all of them', async () => {
    const first = controlled(session, await turnOn(page, session, page.control.grant('maria').secret))
    const again = await turnOn(page, first.cookie, page.control.grant('ada').secret)
    const second = controlled(session, again)
    // The cookie is the browser's: another one would take control from the first page.
    expect(second.cookie).toBe(first.cookie)
    expect([await door(first), await door(second)]).toMatchObject([{ person: 'maria' }, { person: 'ada' }])
    // A cookie that is none of ours, as another port of this machine may set one, is not taken up.
    const set = `${session}; opschart-${page.port}-control=${'0'.repeat(64)}`
    const planted = await turnOn(page, set, page.control.grant('maria').secret)
    expect(cookieIn(planted)).toMatch(/-control=(?!0{64}$)[0-9a-f]{64}$/)
    await ask(page.port, 'POST /v1/control-off', { host, cookie: first.cookie, origin: `http://${host}` })
    for (const headers of [first, second]) expect((await resume(headers)).status).toBe(403)
    expect((await resume(controlled(session, planted))).status).toBe(200)
  })

  it('[P6] is asked for by the page itself, with a secret that is right', async () => {
    const { secret } = page.control.grant('maria')
    const wrong = ['0'.repeat(64), secret.slice(1), `${secret}0`, page.token, session.split('=')[1]!, 'x']
    for (const each of wrong) expectRefused(await turnOn(page, session, each), 'is wrong, was used')
    const body = JSON.stringify({ secret })
    const own = { host, origin: `http://${host}` }
    const others: Record<string, string>[] = [
      own,
      { ...own, authorization: `Bearer ${page.token}` },
      { host, cookie: session },
      { ...own, cookie: session, origin: 'https://evil.example' },
      { ...own, cookie: session, 'sec-fetch-site': 'cross-site' },
      { ...own, cookie: session, 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of others) {
      const refused = await ask(page.port, 'POST /v1/control', headers, body)
      expect([headers, refused.status, refused.headers['set-cookie']]).toEqual([headers, 403, undefined])
    }
    for (const odd of [{}, { secret: '' }, { secret: 7 }, { secret, more: 1 }, { secret: 'x'.repeat(201) }]) {
      const refused = await ask(
        page.port,
        'POST /v1/control',
        { ...own, cookie: session },
        JSON.stringify(odd),
      )
      expect([odd, refused.status]).toEqual([odd, 400])
    }
    // What was tried wrongly has not used it up.
    expect((await turnOn(page, session, secret)).status).toBe(200)
  })

  it('[P6] takes a secret once, and for two minutes', async () => {
    const used = page.control.grant('maria')
    expect((await turnOn(page, session, used.secret)).status).toBe(200)
    expectRefused(await turnOn(page, session, used.secret), 'opschart inspect --control')
    const late = page.control.grant('maria')
    const intime = page.control.grant('maria')
    page.clock.advance(2 * minute - 1)
    expect((await turnOn(page, session, intime.secret)).status).toBe(200)
    page.clock.advance(1)
    expect(late.expires).toBe(page.clock.now())
    expectRefused(await turnOn(page, session, late.secret), 'older than two minutes')
    // Who asks without end has the last ones only.
    const many = Array.from({ length: 40 }, () => page.control.grant('maria').secret)
    const statuses = []
    for (const secret of many) statuses.push((await turnOn(page, session, secret)).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(16)
  })

  it('[P6] ends when it is turned off, after 12 hours, and with the daemon', async () => {
    const get = async () =>
      controlled(session, await turnOn(page, session, page.control.grant('maria').secret))
    const [first, second] = [await get(), await get()]
    const off = await ask(page.port, 'POST /v1/control-off', {
      host,
      cookie: first.cookie,
      origin: `http://${host}`,
    })
    expect(off).toMatchObject({ status: 200, body: expect.stringContaining('"control":false') })
    expect(off.headers['set-cookie']).toMatch(/-control=; .*Max-Age=0$/)
    expect((await resume(first)).status).toBe(403)
    // Another browser's stays.
    page.clock.advance(12 * hour - 1)
    expect((await resume(second)).status).toBe(200)
    page.clock.advance(1)
    expect((await resume(second)).status).toBe(403)
    expect(await door(second)).toMatchObject({ control: false, until: null })

    const third = await get()
    const { port, tokenPath, token } = page
    await page.server.close()
    const again = await openPage(client, { port, tokenPath })
    const cookie = third.cookie.replace(session, await sessionOf(again))
    expect(again.token).not.toBe(token)
    expect((await resume({ ...third, cookie })).status).toBe(403)
    await again.close()
  })

  it('[P6] is in no file', async () => {
    const { secret } = page.control.grant('maria')
    const folder = join(page.folder, 'private')
    const held = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    expect(held()).toEqual([page.token, String(page.port)])
    await turnOn(page, session, secret)
    expect(held()).toEqual([page.token, String(page.port)])
  })

  it('is never to be had where there is none to give', async () => {
    const server = await openPage(client, { control: undefined })
    const cookie = await sessionOf(server)
    expectRefused(await turnOn(server, cookie, 'x'), 'this door only shows')
    await server.close()
  })
})

describe('a ticket', () => {
  it('[P2] begins one session, within two minutes, and is good for nothing else', async () => {
    const [first, late] = [page.server.ticket(), page.server.ticket()]
    expect((await ask(page.port, 'POST /v1/status', { host, authorization: `Bearer ${first}` })).status).toBe(
      403,
    )
    expect(await sessionOf(page, first)).toBe(session)
    expect(await sessionOf(page, first)).toBe('')
    page.clock.advance(2 * minute)
    expect(await sessionOf(page, late)).toBe('')
  })
})

async function door(shown: Record<string, string>): Promise<unknown> {
  const headers = { host, ...shown, origin: `http://${host}` }
  return (JSON.parse((await ask(page.port, 'POST /v1/door', headers)).body) as { answer: unknown }).answer
}

function resume(headers: Record<string, string>): Promise<Answered> {
  const own = { host, origin: `http://${host}`, ...headers }
  return ask(page.port, 'POST /v1/resume', own, '{"target":"everything"}')
}

function expectRefused(answer: Answered, why: string): void {
  expect(answer).toMatchObject({ status: 403, body: expect.stringContaining(why) })
  expect(answer.headers['set-cookie']).toBeUndefined()
}
