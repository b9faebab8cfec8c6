const key = /^[A-Za-z_@][\w.@-]{0,63}=/u
const telling = new Set(['level', 'lvl', 'severity', 'msg', 'message', 'time', 'ts', 'timestamp', 'status'])

/** The members of a logfmt line (`level=info msg="it is up" took=12ms`); undefined when the line is none. */
export function logfmtMembers(line: string): Record<string, string> | undefined {
  if (!key.test(line)) return undefined
  const members = new Map<string, string>()
  let known = 0
  for (let at = 0; at < line.length && members.size < 64;) {
    while (line[at] === ' ') at += 1
    const end = endOfWord(line, at)
    const equals = line.indexOf('=', at)
    if (equals < 0 || equals >= end) {
      at = end
      continue
    }
    const name = line.slice(at, equals)
    if (line[equals + 1] === '"') {
      const close = endOfQuoted(line, equals + 2)
      members.set(name, unescaped(line.slice(equals + 2, close)))
      at = close + 1
    } else {
      members.set(name, line.slice(equals + 1, end))
      at = end
    }
    if (telling.has(name)) known += 1
  }
  return members.size >= 2 && known > 0 ? Object.fromEntries(members) : undefined
}

function endOfWord(line: string, from: number): number {
  const space = line.indexOf(' ', from)
  return space < 0 ? line.length : space
}

function endOfQuoted(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1
    else if (line[at] === '"') return at
  }
  return line.length
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gu, (_, character: string) =>
    character === 'n' ? '\n' : character === 't' ? '\t' : character,
  )
}
