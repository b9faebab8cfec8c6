import {
  entryOf,
  emptyContext,
  foldContext,
  pendingOf,
  type Json,
  type OperationalContext,
  type OperationView,
  type Store,
} from '@opschart/core'
import { Document, isMap, isScalar, parseDocument, visit } from 'yaml'

import { refusalOfYaml } from './config/guard-yaml.ts'
import { filePlace } from './context-place.ts'

/** Where the shared operational memory is read, by people and models, between sessions. */
export const contextFile = '.claude/contexts/operational.yaml'

const heading =
  ' Written by opschart from its journal. Keys under operational_context that it writes are put back when they are edited.'
/** Bytes: it is read with each row that is written. */
const longest = 256 * 1024
const page = 500
/** Operations that are listed: all of them have to fit into the file. */
const mostPending = 200

/** Keeps the context file as the journal says. */
export interface ContextFile {
  /** Folds what was written since, and writes the file when it is not what it should be. */
  update(): Promise<void>
  /** What the file says now. */
  read(): OperationalContext
}

/** Where the folded context is kept in the store: a name that no watcher has. */
const checkpoint = 'opschart:context'
/** Rows after which it is kept again: as many are read anew at a start. */
const keepEach = 500

interface Saved {
  readonly format: 1
  readonly sequence: number
  readonly context: OperationalContext
}

/**
 * Projects the journal into the context file. Keys that are ours are ours: an edit of one is put back and told; any other key, and
 * every comment, stays as people wrote it.
 */
export function createContextFile(sources: {
  root: string
  store: Store
  pending: () => Promise<readonly OperationView[]>
  /** Told when an edit was put back, or the file could not be used. */
  told: (text: string) => void
}): ContextFile {
  const place = filePlace(sources.root, contextFile, longest)
  let context = emptyContext
  let folded = 0
  /** The row up to which the context is kept in the store. */
  let kept: number | undefined
  let written: string | undefined
  /** What the file says of ours as last written. */
  let said = ''
  let closed = false
  let line = Promise.resolve()
  /** The update that waits for the present one. */
  let waiting: Promise<void> | undefined

  /** Goes on from what was kept: a journal may be long, and its beginning may be pruned. */
  async function begin(): Promise<void> {
    const { store } = sources
    const beginning = (await store.pruning?.beginning())?.sequence ?? 0
    const saved = (await store.checkpoint(checkpoint)) as Saved | undefined
    if (saved?.format === 1 && saved.sequence >= beginning) {
      context = saved.context
      folded = saved.sequence
    } else if (beginning > 0) {
      for await (const { kind, state } of store.pruning!.base()) {
        if (kind !== 'context') continue
        context = state as unknown as OperationalContext
        folded = beginning
        break
      }
    }
    kept = folded
  }

  async function fold(): Promise<void> {
    if (kept === undefined) await begin()
    for (;;) {
      const rows = await sources.store.history({ from: folded + 1, limit: page })
      if (rows.length === 0) break
      for (const row of rows) {
        context = foldContext(context, entryOf(row)).context
        folded = row.sequence
      }
    }
    if (folded - (kept ?? 0) >= keepEach) {
      const value = { format: 1, sequence: folded, context } as unknown as Json
      await sources.store.commit([{ decisions: [], checkpoints: [{ watcher: checkpoint, value }] }])
      kept = folded
    }
    context = { ...context, pending_operations: pendingOf((await sources.pending()).slice(0, mostPending)) }
  }

  async function write(): Promise<void> {
    await fold()
    const found = await place.read()
    if (found.kind === 'closed') {
      if (!closed) sources.told(`${contextFile} is no regular file of the project; it is not written`)
      closed = true
      return
    }
    closed = false
    const present = found.kind === 'text' ? found.text : undefined
    const saying = JSON.stringify(context)
    // Nobody has written to it, and there is nothing to write: it need not even be parsed.
    if (present !== undefined && present === written && saying === said) return
    const document = present === undefined ? undefined : parsed(present)
    const next = document ?? new Document({})
    if (document === undefined) {
      next.commentBefore = heading
      if (found.kind === 'too_long' || (present !== undefined && present.trim() !== '')) {
        // Not ours to throw away: what cannot be read is put beside.
        await place.putAside()
        sources.told(`${contextFile} was no YAML map; it is kept as ${contextFile}.unreadable`)
      }
    }
    const values = context as unknown as Record<string, Json>
    for (const [key, value] of Object.entries(values)) {
      const at = ['operational_context', key]
      const before = next.getIn(at)
      const known =
        before === undefined ? undefined : JSON.stringify(isNode(before) ? before.toJSON() : before)
      if (known === JSON.stringify(value)) continue
      if (
        written !== undefined &&
        present !== undefined &&
        present !== written &&
        edited(written, key, known)
      ) {
        sources.told(
          `${contextFile}: operational_context.${key} was edited; it is put back as the journal says`,
        )
      }
      next.setIn(at, next.createNode(value))
    }
    const text = next.toString({ lineWidth: 110 })
    if (text !== present) await place.write(text)
    written = text
    said = saying
  }

  return {
    update() {
      // One that has not begun yet will do for whoever asks meanwhile.
      waiting ??= line = line
        .then(() => {
          waiting = undefined
          return write()
        })
        .catch((error: unknown) =>
          sources.told(
            `${contextFile} could not be written: ${error instanceof Error ? error.message : String(error)}`,
          ),
        )
      return waiting
    },
    read: () => context,
  }
}

/** The file as people may have written it; undefined when it is no YAML map that ours fits into. */
function parsed(text: string): Document | undefined {
  if (refusalOfYaml(text) !== undefined) return undefined
  // Keys are compared here: the parser does it pair by pair, and would take minutes for a file that is made for it.
  const document = parseDocument(text, { uniqueKeys: false })
  const { contents } = document
  if (document.errors.length > 0 || !isMap(contents) || hasKeyTwice(document)) return undefined
  const ours: unknown = document.get('operational_context', true)
  return ours === undefined || isMap(ours) ? (document as Document) : undefined
}

function hasKeyTwice(document: ReturnType<typeof parseDocument>): boolean {
  let twice = false
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>()
      for (const { key } of map.items) {
        const value: unknown = isScalar(key) ? key.value : key
        if (keys.has(value)) twice = true
        keys.add(value)
      }
      return twice ? visit.BREAK : undefined
    },
  })
  return twice
}

/** Whether a key no longer says what we wrote: somebody edited it. */
function edited(written: string, key: string, known: string | undefined): boolean {
  const before = parseDocument(written).getIn(['operational_context', key])
  return JSON.stringify(isNode(before) ? before.toJSON() : before) !== known
}

function isNode(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value
}
