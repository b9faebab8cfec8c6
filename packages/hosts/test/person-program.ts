// The program that the terminal tests start: a command line in small. Arguments: socket, mode. Prints JSON lines.
import { request } from 'node:http'
import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { connect } from '../src/http/index.ts'
import { manualClock } from './manual-clock.ts'

const [path = '', mode = ''] = process.argv.slice(2)
const approval = { operation: 'op-1', plan: 'plan-1' }
const lines = createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]()
const readCode = async () => (await lines.next()).value as string | undefined
const say = (value: unknown): void => {
  process.stdout.write(`\n@${JSON.stringify(value)}@\n`)
}

async function main(): Promise<void> {
  const client = await connect(path, { clock: manualClock(), person: { pid: process.pid, readCode } })
  const person = client.as({ person: 'anybody' })
  if (mode === 'approve') return say(await person.approve(approval))
  if (mode === 'send')
    return say(await person.send('web/v2', { type: 'DEPLOYMENT_REQUESTED', data: { a: 'b\u001B[2J' } }))
  if (mode === 'control') return say(await client.control())
  // By hand, to do what `connect` does not.
  const pid = mode === 'parent' ? process.ppid : process.pid
  const { claim, file } = (await ask('claim', {})) as { claim: string; file: string }
  if (mode !== 'unheld') openSync(file, 'r')
  const { challenge } = (await ask('open', { pid, claim, act: { method: 'approve', body: approval } })) as {
    challenge: string
  }
  const code = await readCode()
  const { confirmation } = (await ask('answer', { challenge, code })) as { confirmation: string }
  if (mode === 'control-by-approval') return say(await ask('control', {}, confirmation))
  const bound = mode === 'rebind' ? { ...approval, operation: 'op-2' } : approval
  say(await ask('approve', bound, confirmation))
  if (mode === 'replay') {
    say(await ask('answer', { challenge, code }).catch(refused))
    say(await ask('approve', approval, confirmation).catch(refused))
  }
}

const refused = (error: Error) => ({ refused: error.message })

function ask(name: string, body: object, confirmation?: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = confirmation === undefined ? {} : { 'opschart-person': confirmation }
    const asked = request(
      { socketPath: path, method: 'POST', path: `/v1/${name}`, headers, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          const { answer, error } = JSON.parse(text) as { answer?: unknown; error?: { message: string } }
          if (error === undefined) resolve(answer)
          else reject(new Error(error.message))
        })
      },
    )
    asked.once('error', reject)
    asked.end(JSON.stringify(body))
  })
}

main()
  .catch((error: Error) => say(refused(error)))
  .finally(() => process.exit(0))
