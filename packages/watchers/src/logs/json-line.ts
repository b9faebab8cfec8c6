import { isMembers } from './structured-line.ts'

/**
 * The members of a JSON line; undefined when it is none. Of a line that was cut, the members that are whole are kept:
 * a long stack at the end costs neither time nor level.
 */
export function jsonMembers(line: string): Readonly<Record<string, unknown>> | undefined {
  return parse(line) ?? parse(repaired(line))
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}

// The text up to its last comma between members of the outermost object, closed there.
function repaired(text: string): string | undefined {
  let depth = 0
  let comma = -1
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') {
      at = endOfString(text, at + 1)
    } else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    else if (character === ',' && depth === 1) comma = at
  }
  return comma < 0 || depth < 1 ? undefined : `${text.slice(0, comma)}}`
}

function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at
  }
  return text.length
}
