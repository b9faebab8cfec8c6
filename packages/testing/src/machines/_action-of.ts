import type { Json } from '@opschart/core'
import {
  assign,
  cancel,
  emit,
  enqueueActions,
  forwardTo,
  log,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stopChild,
} from 'xstate'

import { inputOf, type Arguments, type SampleContext, type SampleEvent } from './_sample-context.ts'
import type { ActionLiteral, GuardLiteral } from './machine-literal.ts'

// The literals are checked by their own types; XState's would need the machine's.
interface Enqueue {
  (action: unknown): void
  assign(assignment: unknown): void
}
type Collect = (given: Arguments & { enqueue: Enqueue; check: (guard: unknown) => boolean }) => void
const enqueued = (collect: Collect) => enqueueActions(collect as never) as unknown
const assigned = (assignment: (given: Arguments & { spawn: Spawn }) => Partial<SampleContext>) =>
  assign(assignment as never) as unknown
type Spawn = (src: string, options: object) => SampleContext['refs'][string]

/** The XState action of a literal; `guard` gives the guard of one. */
export function actionOf(literal: ActionLiteral, guard: (literal: GuardLiteral) => unknown): unknown {
  if ('add' in literal)
    return assigned(({ context }) => ({ [literal.add]: context[literal.add] + literal.by }))
  if ('note' in literal) {
    return assigned(({ context, event }) => ({
      seen: [...context.seen, `${literal.note} ${told(event)}`].slice(-10),
    }))
  }
  if ('mark' in literal)
    return assigned(({ context }) => ({ map: { ...context.map, [literal.mark]: context.n } }))
  if ('keep' in literal) {
    return literal.keep === 'event'
      ? assigned(({ event }) => ({ last: carried(event) }))
      : assigned(({ context }) => ({ last: Object.keys(context.map)[0] ?? null }))
  }
  if ('log' in literal) return log(literal.log)
  if ('emit' in literal) {
    const emitted = ({ context, event }: Arguments) => ({ type: literal.emit, n: context.n, on: event.type })
    return emit(emitted as never)
  }
  if ('raise' in literal) return raise(message(literal.raise) as never, later(literal) as never)
  if ('send' in literal) return sending(literal)
  if ('forward' in literal) return forwardTo(literal.forward)
  if ('cancel' in literal) return cancel(literal.cancel)
  if ('spawnChild' in literal || 'spawn' in literal) return spawning(literal)
  if ('stop' in literal) return stopping(literal)
  const list = (actions: readonly ActionLiteral[] | undefined) =>
    (actions ?? []).map((action) => actionOf(action, guard))
  const condition = guard(literal.when)
  const [then, otherwise] = [list(literal.do), list(literal.otherwise)]
  return enqueued(({ enqueue, check }) => (check(condition) ? then : otherwise).forEach(enqueue))
}

function sending(literal: Extract<ActionLiteral, { send: string }>): unknown {
  const { to } = literal
  const event = message(literal.send) as never
  const options = later(literal) as never
  if (to === 'parent') return sendParent(event, options)
  if (to === 'self') return sendTo((({ self }: { self: unknown }) => self) as never, event, options)
  if ('ref' in to) {
    const send = sendTo((({ context }: Arguments) => context.refs[to.ref]) as never, event, options)
    return enqueued(({ context, enqueue }) => void (context.refs[to.ref] !== undefined && enqueue(send)))
  }
  return sendTo(to.id, event, options)
}

/** Spawns unless a child of that id is there. */
function spawning(literal: Extract<ActionLiteral, { spawnChild: string } | { spawn: string }>): unknown {
  const { id, sync } = literal
  const input = inputOf(literal.input)
  const options = {
    id,
    ...(input !== undefined && { input }),
    ...(sync === true && { syncSnapshot: true }),
  }
  if ('spawn' in literal) {
    return assigned(({ context, spawn }) =>
      context.kids.includes(id)
        ? {}
        : {
            kids: [...context.kids, id],
            refs: { ...context.refs, [id]: spawn(literal.spawn, options) },
          },
    )
  }
  const spawn = spawnChild(literal.spawnChild as never, options as never)
  return enqueued(({ context, enqueue }) => {
    if (context.kids.includes(id)) return
    enqueue.assign({ kids: [...context.kids, id] })
    enqueue(spawn)
  })
}

function stopping({ stop: id, by, kept }: Extract<ActionLiteral, { stop: string }>): unknown {
  const stop = stopChild(
    by === 'id' ? id : (((given: Arguments) => given.context.refs[id]) as never),
  ) as unknown
  return enqueued(({ context, enqueue }) => {
    if (!context.kids.includes(id)) return
    if (by === 'ref' && context.refs[id] === undefined) return
    enqueue(stop)
    const { [id]: _, ...refs } = context.refs
    enqueue.assign({ kids: context.kids.filter((kid) => kid !== id), ...(kept !== true && { refs }) })
  })
}

const message =
  (type: string) =>
  ({ context }: Arguments) => ({ type, x: context.n % 3 })

function later({ delay, id }: { readonly delay?: unknown; readonly id?: string }): object {
  return { ...(delay !== undefined && { delay }), ...(id !== undefined && { id }) }
}

function told({ type, x }: SampleEvent): string {
  return x === undefined ? type : `${type} ${x}`
}

function carried({ type, x, output, error, snapshot }: SampleEvent): Json {
  return {
    type,
    ...(x !== undefined && { x }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error: `${error.name}: ${error.message}` }),
    ...(snapshot !== undefined && { status: snapshot.status, n: snapshot.context?.n ?? null }),
  }
}
