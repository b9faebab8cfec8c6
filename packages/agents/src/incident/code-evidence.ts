import type { Change } from './changes.ts'
import { defines, namesIn, wordIndex } from './code-context.ts'
import { rarity, type Evidence, type EvidenceContext, type LocatedFailure } from './evidence.ts'
import type { LocatedFrame } from './locate-frames.ts'

/** Reasons to suspect a change that its code gives: the failing line, what it calls, and the names of the error. */
export function codeEvidence(change: Change, failure: LocatedFailure, context: EvidenceContext): Evidence[] {
  return [
    ...failure.located.flatMap((frame) => inFrame(change, frame)),
    ...calledBy(change, failure.located),
    ...inNames(change, failure, context),
    ...inRoutes(change, context),
  ]
}

function inFrame(change: Change, frame: LocatedFrame): Evidence[] {
  const found: Evidence[] = []
  const { file, frame: at } = frame
  const fade = [1, 0.45, 0.25, 0.15][frame.depth] ?? 0.1
  if (frame.blame.get(at.line) === change.commit.hash) {
    const detail = `last changed the line that fails: ${frame.text.trim()}`
    found.push({ what: 'changed_failing_line', detail, file, line: at.line, weight: 3 * fade })
  }
  for (const removal of frame.removals) {
    if (removal.commit !== change.commit.hash) continue
    const distance = at.line - removal.line
    const isInBlock = removal.line >= frame.block.start && removal.line <= frame.block.end + 1
    if (!isInBlock || distance < -1) continue
    const weight = (removal.isGuard && distance <= 12 ? 2.2 : distance <= 3 ? 1.2 : 0.7) * fade
    const what = removal.isGuard ? 'removed_check' : 'removed_near_failing_line'
    found.push({
      what,
      detail: `removed before the line that fails: ${removal.text}`,
      file,
      line: removal.line,
      weight,
    })
  }
  for (const [line, commit] of frame.blame) {
    if (commit !== change.commit.hash || line === at.line) continue
    const text = (frame.lines[line - 1] ?? '').slice(0, 300)
    const root = frame.value.at(-1)
    const before = line < at.line
    if (
      before &&
      root !== undefined &&
      new RegExp(`\\b${escaped(root)}\\b\\s*(?:=(?!=)|[,}\\]])`).test(text)
    ) {
      found.push({
        what: 'changed_value',
        detail: `changed where ${root} gets its value: ${text.trim()}`,
        file,
        line,
        weight: 2.4 * fade,
      })
    }
    const detail = `changed the function that fails, ${before ? 'before' : 'after'} the failing line`
    found.push({ what: 'changed_failing_function', detail, file, line, weight: (before ? 0.9 : 0.4) * fade })
  }
  if (change.files.some((candidate) => candidate.path === file)) {
    found.push({
      what: 'touched_file',
      detail: 'touched a file of the stack trace',
      file,
      weight: 0.2 * fade,
    })
  }
  return found
}

/** Changes of what the failing line, or the lines that made its value, call: the failure shows where it is used. */
function calledBy(change: Change, located: readonly LocatedFrame[]): Evidence[] {
  const [top, caller] = located
  if (top === undefined) return []
  const wanted = new Map<string, { weight: number; why: string }>()
  // The failing function itself is what its caller calls; that says nothing of who broke it.
  const own = top.frame.function?.split(/[.\s]/).at(-1)
  const want = (names: readonly string[], weight: number, why: string) => {
    for (const name of names) if ((wanted.get(name)?.weight ?? 0) < weight) wanted.set(name, { weight, why })
  }
  want(top.sources, 2.4, 'gives the value that fails')
  want(top.value, 2, 'gives the value that fails')
  want(top.calls, 1.6, 'the failing line calls it')
  want(top.blockCalls, 1, 'the failing function calls it')
  // Constants and tables of other modules, which are read and not called. A line that throws on purpose tells less than
  // the condition above it.
  const imported = (names: readonly string[]) => names.filter((name) => top.imports.has(name))
  want(imported(namesIn(top.text)), 1.8, 'the failing line reads it')
  want(
    imported(namesIn(top.lines.slice(Math.max(0, top.frame.line - 4), top.frame.line).join('\n'))),
    1.4,
    'read just before',
  )
  want(imported(top.blockNames), 0.8, 'the failing function reads it')
  if (caller !== undefined) {
    // The value came in as an argument: then the caller says where it was made.
    const handedIn = top.value.length > 0 && top.sources.length === 0
    want(caller.calls, handedIn ? 1.6 : 0.7, 'its caller calls it')
    want(caller.blockCalls, handedIn ? 1.3 : 0.5, 'its caller calls it')
  }
  if (own !== undefined) wanted.delete(own)
  const found: Evidence[] = []
  for (const file of change.files.filter((candidate) => candidate.role === 'code')) {
    for (const hunk of file.hunks) {
      for (const [name, { weight: full, why }] of wanted) {
        const isLine = [...hunk.removed, ...hunk.added].some(
          (line) => wordIndex(line, name) >= 0 && defines([line.trim()], name),
        )
        if (!isLine && !defines(hunk.headers, name)) continue
        // Another module may have something of the same name.
        const weight = full * (comesFrom(top, name, file.path) ? 1 : 0.4)
        // What a function gives back, or when it refuses, matters more to its caller than the rest of it.
        const decides =
          isLine ||
          [...hunk.removed, ...hunk.added].some((line) =>
            /\b(?:return|throw|raise|null|undefined|None|if)\b|=>|[?:]/.test(line),
          )
        const detail = `changed ${name} (${why})`
        found.push({
          what: 'changed_called_function',
          detail,
          file: file.path,
          line: hunk.newStart,
          weight: decides ? weight : weight * 0.6,
        })
      }
    }
  }
  return found
}

/** Whether a name that the file imports can come from that path; true where it does not say from where. */
function comesFrom(frame: LocatedFrame, name: string, path: string): boolean {
  const from = frame.imports.get(name)
  if (from === undefined || !from.startsWith('.')) return true
  const stem = (text: string) => text.slice(text.lastIndexOf('/') + 1).replace(/\.[a-z]+$/, '')
  // A module may pass on what another one makes.
  return stem(from) === stem(path) || stem(from) === 'index'
}

function inNames(change: Change, failure: LocatedFailure, context: EvidenceContext): Evidence[] {
  const top = failure.located[0]
  const names = new Map<string, number>()
  const add = (words: readonly string[], weight: number) => {
    for (const word of words) names.set(word, Math.max(names.get(word) ?? 0, weight))
  }
  add(failure.names.named, 1)
  add(top?.value ?? [], 0.9)
  add(top?.sources ?? [], 0.5)
  return [...names].flatMap(([name, weight]): Evidence[] => {
    const removed = change.removedWords.get(name)
    const added = change.addedWords.get(name)
    const use = removed ?? added
    if (use === undefined || use.role === 'configuration' || use.role === 'dependency') return []
    // A short word in a long diff is no evidence.
    const telling = weight * (name.length < 4 ? 0.5 : 1) * rarity(context.spread(name))
    const found = (what: Evidence['what'], verb: string, base: number): Evidence[] => [
      {
        what,
        detail: `${verb} ${name}: ${use.text.trim()}`,
        file: use.file,
        line: use.line,
        weight: base * telling,
      },
    ]
    if (added === undefined) return found('removed_name', 'removed', 2)
    if (removed === undefined) return found('added_name', 'added', 1.3)
    // The name stayed, what it stands for did not.
    if (failure.names.named.includes(name) && defines([added.text.trim()], name)) {
      return found('edited_name', 'changed what the error names,', 1.8)
    }
    return found('edited_name', 'edited a line with', 0.7)
  })
}

function inRoutes(change: Change, context: EvidenceContext): Evidence[] {
  return context.failingRoutes.flatMap((route): Evidence[] => {
    const use = change.removedWords.get(route) ?? change.addedWords.get(route)
    if (use === undefined || route.length < 3) return []
    return [
      {
        what: 'failing_route',
        detail: `changed a line with the failing route ${route}`,
        file: use.file,
        line: use.line,
        weight: 1 * rarity(context.spread(route)),
      },
    ]
  })
}

function escaped(name: string): string {
  return name.replace(/[^\w]/g, '\\$&')
}
