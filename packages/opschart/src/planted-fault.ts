import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import type { LogEntry } from '@opschart/core'

const run = promisify(execFile)

/** A line of code that the live release changed: where the made-up error comes from. */
export async function changedLine(
  root: string,
  from: string | null,
  to: string,
): Promise<{ file: string; line: number } | undefined> {
  const range = from === null ? [to] : [`${from}..${to}`]
  const argv =
    from === null ? ['show', '--format=', '--unified=0', ...range] : ['diff', '--unified=0', ...range]
  const patch = await run(
    'git',
    [...argv, '--', '*.js', '*.mjs', '*.cjs', '*.ts', '*.py', '*.rb', '*.go', '*.java'],
    { cwd: root, maxBuffer: 16 * 1024 * 1024 },
  ).then(
    ({ stdout }) => stdout,
    () => '',
  )
  let file: string | undefined
  for (const line of patch.split('\n')) {
    if (line.startsWith('+++ b/')) file = line.slice('+++ b/'.length)
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (hunk !== null && file !== undefined && hunk[2] !== '0' && !/(?:^|\/)tests?\//.test(file))
      return { file, line: Number(hunk[1]) }
  }
  return undefined
}

/** Ten quiet minutes, then a minute in which every eighth request fails. */
export function errorSpike(
  now: number,
  at: { file: string; line: number } | undefined,
  version: string,
): LogEntry[] {
  const entries: LogEntry[] = []
  const onset = now - 60_000
  for (let time = now - 600_000; time < now; time += 500) {
    const fails = time >= onset && (time / 500) % 8 < 1
    const common = {
      time,
      method: 'GET',
      route: '/',
      version,
      fields: {},
      file: 'rehearsal.log',
      offset: entries.length,
    }
    if (fails) {
      const frame = at === undefined ? '' : `\n    at handler (${at.file}:${at.line}:1)`
      const message = 'rehearsal: a planted failure'
      entries.push({
        ...common,
        level: 'error',
        status: 500,
        message,
        stack: `Error: ${message}${frame}`,
        duration: 3,
      })
    } else entries.push({ ...common, level: 'info', status: 200, message: 'GET /', duration: 3 })
  }
  return entries
}
