import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { readArguments, usage, type Asked } from './harness/arguments.ts'
import { closeBrowser } from './harness/browser.ts'
import { documentOf } from './harness/document.ts'
import { lookAtMachine, refuseMemory } from './harness/machine.ts'
import { installPeers } from './harness/peers.ts'
import type { Report } from './harness/report.ts'
import { run } from './harness/run.ts'
import { endSubjects } from './harness/subject.ts'
import { createProgress, tableOf } from './harness/terminal.ts'
import type { Row } from './plan.ts'
import { durable } from './rows/durable.ts'
import { inspector } from './rows/inspector.ts'

/** Every benchmark: its rows, the page that it writes, and whether it needs what is installed for it alone. */
const benchmarks: Readonly<Record<string, { rows: readonly Row[]; file: string; peers: boolean }>> = {
  durable: { rows: durable, file: 'docs/benchmarks.md', peers: true },
  inspector: { rows: inspector, file: 'docs/benchmarks-inspector.md', peers: false },
}
const home = fileURLToPath(new URL('.', import.meta.url))

function ask(): Asked | undefined {
  try {
    const asked = readArguments(process.argv.slice(2), Object.keys(benchmarks))
    if (asked === undefined) console.log(usage)
    return asked
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exitCode = 2
    return undefined
  }
}

/** What was installed to be measured beside, and its versions. */
function versions(peers: boolean): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const root = JSON.parse(readFileSync(path.join(home, '../package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const own = (name: string) => ({ [name]: root.devDependencies[name]! })
  return { ...own('xstate'), ...(peers ? dependencies : own('playwright-core')) }
}

async function measure(asked: Asked): Promise<Report> {
  const progress = createProgress()
  const runs = path.join(home, '.run')
  mkdirSync(runs, { recursive: true })
  const folder = mkdtempSync(path.join(runs, 'run-'))
  const clear = () => rmSync(folder, { recursive: true, force: true })
  const leave = () => {
    endSubjects()
    clear()
    process.exit(130)
  }
  process.once('SIGINT', leave).once('SIGTERM', leave)
  try {
    refuseMemory(folder)
    const { rows: all, peers } = benchmarks[asked.benchmark]!
    const peersMissing = peers ? installPeers((text) => progress.at(text)) : undefined
    const rows = all.filter(({ number }) => asked.rows.length === 0 || asked.rows.includes(number))
    const machine = lookAtMachine(folder)
    const times = asked.quick ? { warm: 0.3, seconds: 1 } : { warm: 1, seconds: 3 }
    const { found, failed, others, samples } = await run({
      rows,
      rounds: asked.rounds,
      times,
      quick: asked.quick,
      folder,
      peersMissing,
      patience: asked.quick ? { each: 5, inAll: 30 } : { each: 30, inAll: 300 },
      tell: (text) => progress.at(text),
    })
    if (asked.json !== undefined)
      writeFileSync(
        asked.json,
        `${JSON.stringify({ machine, others, failed: [...failed], samples: [...samples] }, null, 1)}\n`,
      )
    if ([...failed.values()].some((problem) => problem !== peersMissing)) process.exitCode = 1
    return {
      benchmark: asked.benchmark,
      day: new Date().toISOString().slice(0, 10),
      command: `npx -y pnpm@12 bench ${asked.benchmark}${asked.rounds === 3 ? '' : ` --rounds ${asked.rounds}`}`,
      machine,
      versions: versions(peers),
      rounds: asked.rounds,
      seconds: times.seconds,
      others,
      rows: rows.map((row) => ({
        number: row.number,
        title: row.title,
        reading: row.reading,
        ...(row.cause === undefined ? {} : { cause: row.cause }),
        lines: row.lines(found),
        problems: row.measures.flatMap(({ name }) => {
          const problem = failed.get(name)
          return problem === undefined ? [] : [`${name}: ${problem.split('\n')[0]}`]
        }),
      })),
    }
  } finally {
    await closeBrowser()
    // One that failed while it was opened is nobody's, and would keep this process.
    endSubjects()
    progress.end()
    clear()
  }
}

const asked = ask()
if (asked !== undefined) {
  const report = await measure(asked)
  const { machine, others } = report
  console.log(tableOf(report))
  console.log(
    `\n${report.rounds} rounds of ${report.seconds} s each, the median of the rounds; ${machine.cpu}, ${machine.cores} cores, ` +
      `Node ${machine.node}, SQLite ${machine.sqlite}, a flush ${machine.flush.p50.toFixed(2)} ms (p99 ${machine.flush.p99.toFixed(2)} ms), ` +
      `others used ${Math.round(others.median * 100)} % of the cores (at worst ${Math.round(others.worst * 100)} %)`,
  )
  if (asked.quick) console.log('A short run: a look, not a measurement.')
  if (asked.write && report.rows.some(({ problems }) => problems.length > 0)) {
    console.error('Nothing was written, since not all was measured: see above.')
    process.exitCode = 1
  } else if (asked.write) {
    const file = path.join(home, '..', benchmarks[asked.benchmark]!.file)
    writeFileSync(file, documentOf(report))
    execFileSync(path.join(home, '../node_modules/.bin/oxfmt'), [file])
    console.log(`written to ${path.relative(process.cwd(), file)}`)
  }
}
