import { styleText } from 'node:util'

import type { Problem, ProblemSeverity } from './problem.ts'

type Style = Parameters<typeof styleText>[0]

const tints = { error: 'red', warning: 'yellow', note: 'cyan' } as const satisfies Record<
  ProblemSeverity,
  Style
>

/** A problem as a compiler prints it: what, where, the lines themselves, and what would be right. Colour is off unless asked for. */
export function formatProblem(problem: Problem, options: { readonly colour?: boolean } = {}): string {
  const paint = (style: Style, text: string) =>
    options.colour === true ? styleText(style, text, { validateStream: false }) : text
  const { severity, frame } = problem
  const gutter = ' '.repeat(Math.max(0, frame.indexOf('|')))
  const lines = [
    `${paint(['bold', tints[severity]], severity)}${paint('bold', `: ${problem.message}`)}`,
    `${gutter}${paint('blue', '-->')} ${problem.file}:${problem.line}:${problem.column}`,
  ]
  if (frame !== '') {
    for (const line of frame.split('\n')) {
      const bar = line.indexOf('|') + 1
      const caret = line.slice(0, bar).trim() === '|'
      lines.push(
        paint('blue', line.slice(0, bar)) +
          (caret ? paint(tints[severity], line.slice(bar)) : line.slice(bar)),
      )
    }
  }
  const aside = (label: string, text: string) =>
    lines.push(`${gutter}${paint('blue', '=')} ${paint('bold', label)}: ${text}`)
  if (problem.path !== '') aside('at', problem.path)
  if (problem.nearest !== undefined) aside('did you mean', problem.nearest)
  if (problem.expected !== undefined) aside('expected', problem.expected)
  return lines.join('\n')
}
