// Properties:
//   - Healthy means: several good answers in a row, of this release where the service names one. One bad answer starts anew.
//   - It ends in its time by the clock, saying what it saw last, and at once when cancelled.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'

import { harness } from '../../test/task-harness.ts'
import { verifyHealth } from './verify-health.ts'

/** A real service that gives these answers in turn, the last one for ever. */
async function serving(answers: [number, string][]): Promise<string> {
  let turn = 0
  const server = createServer((_request, response) => {
    const [status, body] = answers[Math.min(turn++, answers.length - 1)] as [number, string]
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`
}

describe('verify_health', () => {
  it('wants several good answers in a row, of this release', async () => {
    const health = await serving([
      [503, ''],
      [200, '{"version":"v2.3.0"}'],
      [200, '{"version":"2.3.1"}'],
      [500, ''],
      [200, '{"version":"2.3.1"}'],
    ])
    const made = await harness({ service: { health } })
    expect(await made.run(verifyHealth())).toMatchObject({
      healthy: true,
      looks: 7,
      version: '2.3.1',
      verified_version: true,
      waited: 12_000,
    })
  })

  it('is content with 2xx where no version is named, and says so', async () => {
    const made = await harness({ service: { health: await serving([[204, '']]) } })
    expect(await made.run(verifyHealth())).toMatchObject({
      healthy: true,
      verified_version: false,
      status: 204,
    })
  })

  it('ends in its time, saying what it saw', async () => {
    const old = await harness({ service: { health: await serving([[200, '{"version":"v2.3.0"}']]) } })
    await expect(old.run(verifyHealth({ limit: 10_000 }))).rejects.toMatchObject({
      failure: {
        code: 'unhealthy',
        message: expect.stringMatching(/within 10 s: it still serves v2\.3\.0, not v2\.3\.1/),
        detail: { looks: 6 },
      },
    })
    const down = await harness({
      service: { health: 'http://127.0.0.1:9/' },
      get: () => Promise.reject(new Error('connect ECONNREFUSED')),
    })
    await expect(down.run(verifyHealth())).rejects.toMatchObject({
      failure: {
        code: 'unhealthy',
        message: expect.stringContaining('it cannot be reached (connect ECONNREFUSED)'),
      },
    })
  })

  it('stops when cancelled, and asks for an address where there is none', async () => {
    const made = await harness({ service: { health: await serving([[503, '']]) } })
    const context = { ...made.context, progress: () => made.cancel.abort(new Error('cancelled by a test')) }
    await expect(verifyHealth().run(made.input, context)).rejects.toThrow('cancelled by a test')
    await expect((await harness()).run(verifyHealth())).rejects.toMatchObject({
      failure: { code: 'no_health' },
    })
  })
})
