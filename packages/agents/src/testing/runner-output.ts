import { cleanText, oneLine } from '../project/plain-text.ts'

/** How many tests a run had, as its own output says. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** The runner whose form the output has. */
  readonly runner: 'node' | 'vitest' | 'jest' | 'mocha' | 'tap' | 'pytest' | 'go'
}

/** What a test run's output tells. */
export interface RunnerOutput {
  /** Absent when the output has no known form. */
  readonly counts?: TestCounts
  /** Names of failing tests in their order, each once, at most 50. */
  readonly failures: readonly string[]
}

const most = 50
const longestLine = 2000

/**
 * Reads counts and failing tests from the output of node --test (spec and TAP), vitest, jest, mocha, plain TAP, pytest
 * and go test. It only informs: whether a run passed is the exit code's to say.
 */
export function readRunnerOutput(output: string): RunnerOutput {
  const lines = cleanText(output)
    .split('\n')
    .filter((line) => line.length <= longestLine)
  for (const read of [node, vitest, jest, pytest, mocha, go, tap]) {
    const found = read(lines)
    if (found !== undefined) {
      return {
        counts: found.counts,
        failures: [...new Set(found.failures.map((name) => oneLine(name, 200)))].slice(0, most),
      }
    }
  }
  return { failures: [] }
}

type Reader = (lines: readonly string[]) => { counts: TestCounts; failures: string[] } | undefined

const node: Reader = (lines) => {
  const value = (name: string) => lastNumber(lines, new RegExp(`^(?:ℹ|#) ${name} (\\d{1,9})$`))
  const [passed, failed, cancelled] = [value('pass'), value('fail'), value('cancelled')]
  if (passed === undefined || failed === undefined || cancelled === undefined) return undefined
  const failures = lines.flatMap((line) => {
    const spec =
      /^\s{0,40}✖ (.{1,300}) \([\d.]{1,20}ms\)/.exec(line) ??
      /^\s{0,40}not ok \d{1,9} - (.{1,300})$/.exec(line)
    return spec === null || spec[1] === 'failing tests:' ? [] : [spec[1] as string]
  })
  const skipped = (value('skipped') ?? 0) + (value('todo') ?? 0)
  return { counts: { passed, failed: failed + cancelled, skipped, runner: 'node' }, failures }
}

const vitest: Reader = (lines) => {
  const summary = lines.findLast((line) => /^\s{1,10}Tests {2}(?:\d|no tests)/.test(line))
  if (summary === undefined) return undefined
  const failures = lines.flatMap((line) => {
    const match = /^\s{0,4}FAIL {2}(\S.{0,400})$/.exec(line)
    return match === null ? [] : [(match[1] as string).replace(/ \[.{0,200}\]$/, '')]
  })
  return { counts: { ...worded(summary), runner: 'vitest' }, failures }
}

const jest: Reader = (lines) => {
  const summary = lines.findLast((line) => /^Tests: {1,20}\d/.test(line))
  if (summary === undefined) return undefined
  const failures = lines.flatMap((line) => {
    const match = /^ {2}● (\S.{0,400})$/.exec(line)
    return match === null ? [] : [match[1] as string]
  })
  return { counts: { ...worded(summary), runner: 'jest' }, failures }
}

const pytest: Reader = (lines) => {
  const summary = lines.findLast((line) =>
    /^=* ?\d{1,9} (?:passed|failed|error|skipped)\b.{0,200} in [\d.]{1,20}s/.test(line),
  )
  if (summary === undefined) return undefined
  const counts = worded(summary)
  const errors = Number(/(\d{1,9}) errors?\b/.exec(summary)?.[1] ?? 0)
  const failures = lines.flatMap((line) => {
    const match = /^(?:FAILED|ERROR) (\S{1,300})/.exec(line)
    return match === null ? [] : [match[1] as string]
  })
  return { counts: { ...counts, failed: counts.failed + errors, runner: 'pytest' }, failures }
}

const mocha: Reader = (lines) => {
  const passed = lastNumber(lines, /^\s{1,10}(\d{1,9}) passing\b/)
  if (passed === undefined) return undefined
  const failed = lastNumber(lines, /^\s{1,10}(\d{1,9}) failing\b/) ?? 0
  const skipped = lastNumber(lines, /^\s{1,10}(\d{1,9}) pending\b/) ?? 0
  const from = lines.findLastIndex((line) => /^\s{1,10}\d{1,9} failing\b/.test(line))
  const failures: string[] = []
  for (let at = from + 1; from >= 0 && at < lines.length; at++) {
    if (!/^ {2}\d{1,6}\) \S/.test(lines[at] as string)) continue
    const title = [(lines[at] as string).replace(/^ {2}\d{1,6}\) /, '')]
    // The title goes on, deeper and deeper, until a line ends with a colon.
    while (!title.at(-1)?.endsWith(':') && title.length < 8 && at + 1 < lines.length)
      title.push((lines[++at] as string).trim())
    failures.push(title.join(' ').replace(/:$/, ''))
  }
  return { counts: { passed, failed, skipped, runner: 'mocha' }, failures }
}

const go: Reader = (lines) => {
  const named = (state: string) =>
    lines.flatMap((line) => {
      const match = new RegExp(`^\\s{0,40}--- ${state}: (\\S{1,300}) \\(`).exec(line)
      return match === null ? [] : [match[1] as string]
    })
  const packages = lines.some((line) =>
    /^(?:ok|FAIL|---)\s{1,4}\S{1,300}\s{1,4}(?:\(cached\)|[\d.]{1,20}s)/.test(line),
  )
  const [passed, failed, skipped] = [named('PASS'), named('FAIL'), named('SKIP')]
  if (!packages && passed.length + failed.length === 0) return undefined
  // Without -v the tests that passed are not in the output; a count of zero would be a lie.
  if (passed.length === 0 && failed.length === 0) return undefined
  return {
    counts: { passed: passed.length, failed: failed.length, skipped: skipped.length, runner: 'go' },
    failures: failed,
  }
}

const tap: Reader = (lines) => {
  if (!lines.some((line) => /^(?:TAP version \d|1\.\.\d{1,9})/.test(line))) return undefined
  let [passed, failed, skipped] = [0, 0, 0]
  const failures: string[] = []
  for (const line of lines) {
    // Indented lines are the parts of a test that has a line of its own.
    const match = /^(ok|not ok)\b\s{0,4}\d{0,9}\s{0,4}-?\s{0,4}([^#]{0,300})(?:#\s{0,4}(skip|todo)\b)?/i.exec(
      line,
    )
    if (match === null) continue
    if (match[3] !== undefined) skipped++
    else if (match[1] === 'ok') passed++
    else {
      failed++
      failures.push((match[2] ?? '').trim() || `test ${passed + failed + skipped}`)
    }
  }
  return { counts: { passed, failed, skipped, runner: 'tap' }, failures }
}

/** Numbers before the words `passed`, `failed`, `skipped`, `todo`, `pending`. */
function worded(summary: string): Omit<TestCounts, 'runner'> {
  const value = (word: string) => Number(new RegExp(`(\\d{1,9}) ${word}\\b`).exec(summary)?.[1] ?? 0)
  return {
    passed: value('passed'),
    failed: value('failed'),
    skipped: value('skipped') + value('todo') + value('pending'),
  }
}

function lastNumber(lines: readonly string[], pattern: RegExp): number | undefined {
  const line = lines.findLast((candidate) => pattern.test(candidate))
  return line === undefined ? undefined : Number(pattern.exec(line)?.[1])
}
