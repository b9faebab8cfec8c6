import type { Change, WordUse } from './changes.ts'
import { wordIndex } from './code-context.ts'
import type { ErrorNames } from './error-names.ts'
import { rarity, type Evidence, type EvidenceContext, type LocatedFailure } from './evidence.ts'

/** Reasons to suspect a change that lie around the code: settings, packages, the data base's schema. */
export function settingEvidence(
  change: Change,
  failure: LocatedFailure,
  context: EvidenceContext,
): Evidence[] {
  return [
    ...inConfiguration(change, failure, context),
    ...inDependencies(change, failure),
    ...inDatabase(change, failure.names),
  ]
}

function inConfiguration(change: Change, failure: LocatedFailure, context: EvidenceContext): Evidence[] {
  const isSetting = (use: WordUse | undefined): use is WordUse => use?.role === 'configuration'
  const values = failure.names.values.flatMap((value): Evidence[] => {
    const use = change.addedWords.get(value)
    if (!isSetting(use) || change.removedWords.get(value)?.file === use.file) return []
    const weight = (value.length < 3 ? 1.4 : 2.8) * rarity(context.spread(value))
    return [
      {
        what: 'configuration_value',
        detail: `set the value that the error names, ${value}: ${use.text.trim()}`,
        file: use.file,
        line: use.line,
        weight,
      },
    ]
  })
  const top = failure.located[0]
  const keys = new Map<string, number>(failure.names.named.map((name) => [name, 2.4]))
  for (const name of top?.value ?? []) keys.set(name, Math.max(keys.get(name) ?? 0, 2))
  for (const frame of failure.located.slice(0, 2)) {
    for (const name of frame.blockNames) {
      // A setting that the failing line itself reads says more than one that its function reads.
      const near = frame.depth > 0 ? 0.8 : wordIndex(frame.text, name) >= 0 ? 2.2 : 1.5
      keys.set(name, Math.max(keys.get(name) ?? 0, near))
    }
  }
  const settings = [...keys].flatMap(([name, weight]): Evidence[] => {
    const removed = change.removedWords.get(name)
    const added = change.addedWords.get(name)
    const use = [removed, added].find(isSetting)
    if (use === undefined || !isKey(use.text, name)) return []
    const verb = added === undefined ? 'removed' : removed === undefined ? 'added' : 'changed'
    return [
      {
        what: 'configuration_key',
        detail: `${verb} the setting ${name} that the failing code uses`,
        file: use.file,
        line: use.line,
        weight: weight * rarity(context.spread(name)) * (added === undefined ? 1.2 : 1),
      },
    ]
  })
  return [...values, ...settings]
}

function inDependencies(change: Change, failure: LocatedFailure): Evidence[] {
  const packages = new Map<string, string>()
  for (const name of change.vendored) packages.set(name, `${name} changed in the repository`)
  for (const { name, from, to } of change.dependencies)
    packages.set(name, `${name}: ${from ?? 'absent'} to ${to ?? 'removed'}`)
  const topmost = failure.frames.find((frame) => frame.origin !== 'runtime')
  const inStack = new Set(failure.frames.flatMap((frame) => frame.package ?? []))
  const top = failure.located[0]
  const callsOf = new Set([...(top?.calls ?? []), ...(top?.sources ?? []), ...(top?.value ?? [])])
  const manifest = change.files.find((file) => file.role === 'dependency')?.path ?? ''
  return [...packages].flatMap(([name, bump]): Evidence[] => {
    const found: Evidence[] = []
    const add = (what: Evidence['what'], detail: string, weight: number) =>
      found.push({ what, detail, file: manifest, weight })
    if (inStack.has(name)) {
      add(
        'dependency_in_stack',
        `${bump}; the error comes from within it`,
        topmost?.package === name ? 3.2 : 1.5,
      )
    }
    if (failure.names.modules.some((module) => module === name || module.startsWith(`${name}/`))) {
      add('dependency_named', `${bump}; the error says that it is missing`, 3)
    }
    const imported = [...(top?.imports ?? [])].filter(
      ([, from]) => from === name || from.startsWith(`${name}/`),
    )
    if (imported.some(([local]) => callsOf.has(local))) {
      add('dependency_called', `${bump}; the failing line uses what it gives`, 2.2)
    } else if (imported.some(([local]) => top?.blockNames.includes(local))) {
      add('dependency_called', `${bump}; the failing function uses it`, 1.2)
    }
    return found
  })
}

function inDatabase(change: Change, names: ErrorNames): Evidence[] {
  const migrations = change.files.filter((file) => file.role === 'migration')
  return migrations.flatMap((file) =>
    names.databaseObjects.flatMap((name): Evidence[] => {
      const lines = file.hunks.flatMap((hunk) =>
        hunk.added.map((text, index) => ({ text, line: hunk.newStart + index })),
      )
      const line = lines.find(({ text }) => wordIndex(text.toLowerCase(), name.toLowerCase()) >= 0)
      if (line === undefined) return []
      const takesAway = /\b(?:drop|rename|alter|not null)\b/i.test(line.text)
      return [
        {
          what: 'database_object',
          detail: `migrates what the error names, ${name}: ${line.text.trim()}`,
          file: file.path,
          line: line.line,
          weight: takesAway ? 3.2 : 1.8,
        },
      ]
    }),
  )
}

function isKey(text: string, name: string): boolean {
  const at = wordIndex(text, name)
  return at >= 0 && /^["']?\s*[:=]/.test(text.slice(at + name.length))
}
