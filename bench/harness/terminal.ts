import { styleText } from 'node:util'

import { judge, spoken, spokenAim, spokenComparison, type Line } from './line.ts'
import type { Report } from './report.ts'

type Style = 'green' | 'red' | 'dim' | 'bold'

/** Colour only for a terminal, and for whoever has not said no (`NO_COLOR`). */
const styled = (style: Style, text: string) => styleText(style, text, { stream: process.stdout })

/** Says how far it is: one line that is written over at a terminal, a line each elsewhere. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr) {
  let shown = false
  return {
    at(text: string): void {
      if (!stream.isTTY) return void stream.write(`${text}\n`)
      stream.write(`\r\u001B[2K${text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`)
      shown = true
    },
    end(): void {
      if (shown) stream.write('\r\u001B[2K')
      shown = false
    },
  }
}

/** The table for people at a terminal. */
export function tableOf(report: Report): string {
  const head = ['', 'ours', 'beside', '', 'compared', 'aim', '']
  const out: string[] = []
  const rows = report.rows.map((row) => ({ row, cells: row.lines.map(cellsOf) }))
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.flatMap(({ cells }) => cells.map((line) => line[column]!.length))),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 1 || column === 2 || column === 4
          ? cell.padStart(widths[column]!)
          : cell.padEnd(widths[column]!),
      )
      .join('  ')
  out.push(styled('dim', line(head).trimEnd()))
  for (const { row, cells } of rows) {
    out.push('', styled('bold', `${row.number} ${row.title}`))
    for (const [index, each] of cells.entries()) {
      const { reached } = judge(row.lines[index]!)
      const text = line(each).trimEnd()
      out.push(reached === undefined ? text : styled(reached ? 'green' : 'red', text))
    }
    for (const problem of row.problems) out.push(styled('red', `  ${problem}`))
  }
  return out.join('\n')
}

function cellsOf(line: Line): string[] {
  const judged = judge(line)
  const { reached } = judged
  return [
    `  ${line.what}`,
    spoken(judged.ours.median, line.unit),
    line.beside === '' ? '' : spoken(judged.theirs.median, line.unit),
    line.beside,
    spokenComparison(line, judged),
    spokenAim(line),
    reached === undefined ? (line.missing === undefined ? '' : 'not there') : reached ? 'reached' : 'missed',
  ]
}
