// Properties:
//   - What looks like a secret is shown by no door, wherever in an actor of a machine it is: its context, what it was started
//     with, what it was sent, what is supposed, how it ended.
//   - Its own process reads it as it is.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connect, serveLoopback, serveSocket, type People } from '@opschart/hosts/http'
import { createRuntime, nodeCrypto, systemClock, type Runtime } from '@opschart/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

const hidden = 'hidden-4711'
const secrets = { accessToken: hidden, headers: { cookie: [hidden] }, text: `password: ${hidden}` }

const login = setup({
  types: {} as { context: Record<string, unknown>; events: { type: 'GO' } | { type: 'END' }; input: object },
}).createMachine({
  context: ({ input }) => ({ ...secrets, input }),
  initial: 'out',
  states: {
    out: { on: { GO: { target: 'in', actions: assign({ seen: ({ event }) => event }) } } },
    in: { on: { END: 'ended' } },
    ended: { type: 'final' },
  },
  output: secrets,
})

let runtime: Runtime
let page: Awaited<ReturnType<typeof serveLoopback>>
const people: People = {
  name: 'ann',
  claim: () => Promise.reject(new Error('nobody is asked here')),
  open: () => Promise.reject(new Error('nobody is asked here')),
  answer: () => {
    throw new Error('nobody is asked here')
  },
  redeem: () => undefined,
}

beforeEach(async () => {
  runtime = await createRuntime({ machines: { login } })
  const ann = runtime.as({ person: 'ann' })
  await ann.start('login/1', { input: secrets })
  await ann.send('login/1', { type: 'GO', data: secrets })
  const about = { root: '/projects/web', version: '0.0.0' }
  page = await serveLoopback({ client: runtime, people, clock: systemClock, crypto: nodeCrypto, about })
})
afterEach(async () => {
  await page.close()
  await runtime.close()
})

const atPage = async (name: string, body: object): Promise<unknown> => {
  const headers = { authorization: `Bearer ${page.token}` }
  const answer = await fetch(`${page.address}/v1/${name}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return ((await answer.json()) as { answer: unknown }).answer
}
const questions = [
  ['log', {}],
  ['past', { actor: 'login/1' }],
  ['past', { actor: 'login/1', sequence: 1 }],
  ['actor', { id: 'login/1' }],
  ['why', { about: 'login/1' }],
  ['digest', { since: 0 }],
  ['status', {}],
] as const
const supposed = { by: 'person:ann', type: 'END', data: secrets }
const beforehand = [
  ['whatif', { actor: 'login/1', signals: [supposed] }],
  ['whomay', { actor: 'login/1' }],
] as const

it('shows none of it where pages ask', async () => {
  for (const [name, body] of [...questions, ...beforehand]) expectHidden(name, await atPage(name, body))
  await runtime.as({ person: 'ann' }).send('login/1', { type: 'END' })
  for (const [name, body] of questions) expectHidden(name, await atPage(name, body))
  for (const name of ['rows', 'inspection'])
    expectHidden(name, await begun(`${page.address}/v1/${name}?from=1`))
})

it('shows none of it at the socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opschart-secrets-'))
  const path = join(folder, 'd.sock')
  const about = { root: folder, version: '0.0.0' }
  const socket = await serveSocket({ client: runtime, people, path, clock: systemClock, about })
  try {
    await runtime.as({ person: 'ann' }).send('login/1', { type: 'END' })
    const client = await connect(path, { clock: systemClock })
    expectHidden('log', await client.log())
    expectHidden('past', await client.past({ actor: 'login/1' }))
    expectHidden('actor', await client.actor('login/1'))
    expectHidden('why', await client.why('login/1'))
    for await (const row of client.subscribe({ from: 2 })) {
      expectHidden('row', row)
      break
    }
  } finally {
    await socket.close()
    await rm(folder, { recursive: true, force: true })
  }
})

it('is what it is for its own process', async () => {
  expect(await runtime.actor('login/1')).toMatchObject({
    context: { ...secrets, input: secrets, seen: secrets },
  })
})

/** What a stream says, up to its third row. */
async function begun(address: string): Promise<string> {
  const headers = { authorization: `Bearer ${page.token}` }
  const ended = new AbortController()
  const { body } = await fetch(address, { headers, signal: ended.signal })
  let text = ''
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.split('\nid: ').length > 3 || /^id: 3$/m.test(text)) break
  }
  ended.abort()
  return text
}

function expectHidden(name: string, answer: unknown): void {
  const text = JSON.stringify(answer)
  expect([name, text.includes('login'), text.includes(hidden)]).toEqual([
    name,
    name !== 'status' && name !== 'digest',
    false,
  ])
}
