const maxCells = 1_000_000

/**
 * What must change in a text to make it another, line by line: ` ` stays, `-` goes, `+` comes. Empty when they are the
 * same. Lines far from a change are left out, three are kept around each. Texts too long to compare are told as going
 * and coming whole.
 */
export function lineDifference(before: string, after: string): string {
  if (before === after) return ''
  const [old, fresh] = [linesOf(before), linesOf(after)]
  const marked =
    (old.length + 1) * (fresh.length + 1) > maxCells
      ? [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)]
      : compared(old, fresh)
  return withContext(marked).join('\n')
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

/** By the longest common run of lines in order. */
function compared(old: readonly string[], fresh: readonly string[]): string[] {
  const width = fresh.length + 1
  const longest = new Uint32Array((old.length + 1) * width)
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = fresh.length - 1; column >= 0; column -= 1) {
      longest[row * width + column] =
        old[row] === fresh[column]
          ? longest[(row + 1) * width + column + 1]! + 1
          : Math.max(longest[(row + 1) * width + column]!, longest[row * width + column + 1]!)
    }
  }
  const lines: string[] = []
  let row = 0
  let column = 0
  while (row < old.length || column < fresh.length) {
    if (row < old.length && column < fresh.length && old[row] === fresh[column]) {
      lines.push(` ${old[row]}`)
      row += 1
      column += 1
    } else if (
      row < old.length &&
      (column === fresh.length || longest[(row + 1) * width + column]! >= longest[row * width + column + 1]!)
    ) {
      lines.push(`-${old[row]}`)
      row += 1
    } else {
      lines.push(`+${fresh[column]}`)
      column += 1
    }
  }
  return lines
}

function withContext(lines: readonly string[]): string[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - 3), index + 4).some((line) => !line.startsWith(' ')),
  )
  return lines.flatMap((line, index) =>
    near[index] === true ? [line] : near[index - 1] === true ? [' …'] : [],
  )
}
