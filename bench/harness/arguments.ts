import { parseArgs } from 'node:util'

/** How a benchmark is asked for. */
export interface Asked {
  readonly benchmark: string
  readonly quick: boolean
  readonly write: boolean
  readonly json: string | undefined
  /** Rows to run; all when empty. */
  readonly rows: readonly number[]
  readonly rounds: number
}

/** What is printed for those who ask how. */
export const usage = `Measures opschart beside others, in one run.

  npx -y pnpm@12 bench durable [options]
  npx -y pnpm@12 bench inspector [options]

  --quick        windows of a second, fewer rounds, smaller stores: a look, not a measurement
  --rows 1,2     only these rows
  --rounds 5     rounds; 3 unless told otherwise
  --json FILE    writes every figure of every round
  --write        writes docs/benchmarks.md, or docs/benchmarks-inspector.md

What durable is measured beside is installed into bench/node_modules by the first run.`

/**
 * Reads the arguments; undefined for whoever asks how.
 *
 * @throws Error with what is wrong.
 */
export function readArguments(given: readonly string[], benchmarks: readonly string[]): Asked | undefined {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean' },
      write: { type: 'boolean' },
      json: { type: 'string' },
      rows: { type: 'string' },
      rounds: { type: 'string' },
    },
  })
  if (values.help === true || (positionals.length === 0 && given.length === 0)) return undefined
  const [benchmark, ...more] = positionals
  if (benchmark === undefined || more.length > 0 || !benchmarks.includes(benchmark))
    throw new Error(`name one benchmark: ${benchmarks.join(', ')}`)
  const quick = values.quick === true
  const rows = values.rows?.split(',').map(Number) ?? []
  if (!rows.every((row) => Number.isInteger(row) && row > 0))
    throw new Error('--rows takes numbers: --rows 1,2')
  const rounds = Number(values.rounds ?? (quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a number from 1')
  const write = values.write === true
  if (write && quick) throw new Error('--write publishes a measurement: leave --quick out')
  if (write && rows.length > 0) throw new Error('--write publishes a whole run: leave --rows out')
  return { benchmark, quick, write, json: values.json, rows, rounds }
}
