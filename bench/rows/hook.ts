import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { quantile } from '../harness/statistics.ts'
import { startSubject } from '../harness/subject.ts'
import type { Kit, Measure, Row } from '../plan.ts'
import { together } from './engines.ts'

const program = fileURLToPath(new URL('../subjects/hook.mjs', import.meta.url))
let asked = 0
let last = 0
let socket = ''

const daemon = (kit: Kit) =>
  kit.subject('the daemon', async () => {
    const subject = startSubject('daemon')
    ;({ socket } = await subject.ask<{ socket: string }>('open', { folder: kit.folder }))
    return subject
  })

/** Milliseconds that a hook takes, from its start to its end, with its answer. */
function hook(args: readonly string[]): Promise<{ took: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const from = performance.now()
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
      if (error !== null) return reject(new Error(`a hook failed: ${stdout} ${stderr}`, { cause: error }))
      resolve({ took: performance.now() - from, answer: stdout })
    })
  })
}

/** A report, as anyone on the machine may make one; the law's verdict on it stands in the journal before it is given. */
async function ask(): Promise<number> {
  asked += 1
  const draft = { type: 'INCIDENT_DECLARED', id: `hook-${asked}`, data: { reason: 'something looks odd' } }
  const { took, answer } = await hook([socket, JSON.stringify({ to: 'hooks/main', draft })])
  const { sequence = 0 } = (JSON.parse(answer) as { answer: { sequence?: number } }).answer
  if (sequence <= last) throw new Error(`a hook got no verdict of its own: ${answer}`)
  last = sequence
  return took
}

/** Hooks that ask and hooks that do nothing take turns while the daemon works as hard as it can. */
const hooks: Measure = {
  name: 'hooks',
  async run(kit) {
    const subject = await daemon(kit)
    await subject.ask('load', { actors: together })
    const asking: number[] = []
    const idling: number[] = []
    for (let left = kit.quick ? 25 : 80; left > 0; left -= 1) {
      idling.push((await hook([])).took)
      asking.push(await ask())
    }
    const { perSecond, hooks: counted } = await subject.ask<{ perSecond: number; hooks: number }>('rest')
    if (counted !== asked) throw new Error(`${asked} hooks were answered, ${counted} are journaled`)
    kit.tell(`meanwhile the daemon decided ${Math.round(perSecond)} signals a second`)
    return {
      asking50: quantile(asking, 0.5),
      asking99: quantile(asking, 0.99),
      idling50: quantile(idling, 0.5),
      idling99: quantile(idling, 0.99),
    }
  },
}

/** Row 8. */
export const hookProcess: Row = {
  number: 8,
  title: 'A hook that asks the daemon under full load',
  reading:
    'A process of Node that imports only what is built in reports one signal over the daemon’s socket, waits for the durable verdict and ends, while 64 actors keep the daemon as busy as it can be. Beside it the same program that asks nothing, at the same load, in turn. The time is that of the whole process.',
  cause:
    'most of what the question adds is the asking process’s own: it loads what it connects with, beside a daemon that takes both cores. Asked by a process that was running already the same daemon answers in 2 to 3 ms, at this load as without any.',
  measures: [hooks],
  lines: (found) => [
    {
      what: 'p50 of the process',
      beside: 'a hook that does nothing',
      unit: 'ms',
      ours: found.of('hooks', 'asking50'),
      theirs: found.of('hooks', 'idling50'),
      aim: { compare: 'difference', most: 10 },
    },
    {
      what: 'p99 of the process',
      beside: 'a hook that does nothing',
      unit: 'ms',
      ours: found.of('hooks', 'asking99'),
      theirs: found.of('hooks', 'idling99'),
      aim: { compare: 'difference', most: 80 },
    },
  ],
}
