import type { AnyStateMachine } from 'xstate'

import { operationOf } from './from-operation.ts'

/** What XState makes of a piece of configuration: enough of it to look at what is named and what is not. */
interface Node {
  readonly id: string
  readonly entry: readonly unknown[]
  readonly exit: readonly unknown[]
  readonly states: Readonly<Record<string, Node>>
  readonly transitions: ReadonlyMap<string, readonly Arrow[]>
  readonly always?: readonly Arrow[]
  readonly config: { readonly invoke?: unknown; readonly after?: object }
}

interface Arrow {
  readonly actions: readonly unknown[]
  readonly guard?: unknown
}

interface BuiltIn {
  readonly resolve?: unknown
  readonly type?: string
  readonly src?: unknown
  readonly id?: unknown
  readonly systemId?: unknown
  readonly delay?: unknown
}

/** Whether a child's logic is a machine, and so an actor of its own. */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  return (logic as { __xstatenode?: boolean } | undefined)?.__xstatenode === true
}

/**
 * What in a machine cannot be made durable, as far as its definition shows it; each with its place and the way out. What
 * only a step shows is refused by the kernel, before anything of it is written.
 */
export function checkMachine(machine: AnyStateMachine): string[] {
  return problemsOf(machine, new Set())
}

/** `met`: a machine may have itself among its actors, or one that has it. */
function problemsOf(machine: AnyStateMachine, met: Set<AnyStateMachine>): string[] {
  met.add(machine)
  const problems: string[] = []
  const { actors, actions, guards, delays } = machine.implementations as unknown as Record<
    string,
    Record<string, unknown>
  >
  const say = (place: string, what: string) => void problems.push(`${place}: ${what}`)

  for (const [name, logic] of Object.entries(actors!)) {
    if (isMachine(logic)) {
      if (!met.has(logic)) problems.push(...problemsOf(logic, met).map((what) => `child ${name}, ${what}`))
    } else if (operationOf(logic) === undefined) {
      say(
        `actor ${name}`,
        'is no machine and no promise: a callback, an observable or a reducer lives in one process; make it a machine, or use fromOperation()',
      )
    }
  }
  for (const [name, guard] of Object.entries(guards!)) {
    if (isAsync(guard))
      say(
        `guard ${name}`,
        'is asynchronous, and a promise is always true; read what it needs before, and send it',
      )
  }
  for (const [name, action] of Object.entries(actions!)) checkAction(`action ${name}`, action)

  function checkAction(place: string, action: unknown): void {
    if (typeof action === 'string' || (typeof action === 'object' && action !== null)) {
      const name = typeof action === 'string' ? action : String((action as { type?: unknown }).type)
      if (!Object.hasOwn(actions!, name))
        say(place, `there is no action ${name}; give it in setup({ actions })`)
      return
    }
    const { resolve, type, src, id, systemId, delay } = action as BuiltIn
    if (resolve === undefined) {
      say(place, 'is a function that would run inside a decision; emit what it should do instead')
      return
    }
    if (typeof delay === 'string') checkDelay(place, delay)
    if (type !== 'xstate.spawnChild') return
    if (typeof src !== 'string')
      say(place, 'spawns inline logic, which cannot be restored; register it in setup({ actors })')
    else checkSource(place, src)
    if (id === undefined) say(place, 'spawns a child without an id, which cannot be found again; give it one')
    if (systemId !== undefined)
      say(place, 'gives a systemId, which is one process’s own; address the child by its id')
  }

  /** XState takes a delay that it does not know for none at all. */
  function checkDelay(place: string, delay: string): void {
    if (!Object.hasOwn(delays!, delay)) say(place, `there is no delay ${delay}; give it in setup({ delays })`)
  }

  function checkSource(place: string, src: string): void {
    if (!Object.hasOwn(actors!, src)) say(place, `there is no actor ${src}; give it in setup({ actors })`)
  }

  function checkGuard(place: string, guard: unknown): void {
    if (guard === undefined) return
    if (typeof guard === 'function') {
      if (isAsync(guard)) say(place, 'its guard is asynchronous, and a promise is always true')
      return
    }
    const name = typeof guard === 'string' ? guard : String((guard as { type?: unknown }).type)
    if (!Object.hasOwn(guards!, name) && !name.startsWith('xstate.'))
      say(place, `there is no guard ${name}; give it in setup({ guards })`)
  }

  function checkInvoke(place: string, invoke: unknown): void {
    if (typeof invoke === 'string') return checkSource(place, invoke)
    const { src, systemId } = invoke as { src?: unknown; systemId?: unknown }
    if (typeof src === 'string') checkSource(place, src)
    else say(place, 'invokes inline logic, which cannot be restored; register it in setup({ actors })')
    if (systemId !== undefined)
      say(place, 'gives a systemId, which is one process’s own; address the child by its id')
  }

  function walk(node: Node): void {
    for (const action of [...node.entry, ...node.exit]) checkAction(`state ${node.id}`, action)
    for (const invoke of [node.config.invoke ?? []].flat()) checkInvoke(`state ${node.id}`, invoke)
    for (const delay of Object.keys(node.config.after ?? {}))
      if (!/^\d+$/.test(delay)) checkDelay(`state ${node.id}`, delay)
    const arrows = [...node.transitions].concat([['always', node.always ?? []]])
    for (const [event, list] of arrows) {
      for (const { actions: given, guard } of list) {
        const place = `state ${node.id}, on ${event}`
        for (const action of given) checkAction(place, action)
        checkGuard(place, guard)
      }
    }
    for (const inner of Object.values(node.states)) walk(inner)
  }
  walk(machine.root as unknown as Node)
  return [...new Set(problems)]
}

function isAsync(given: unknown): boolean {
  return typeof given === 'function' && given.constructor.name === 'AsyncFunction'
}
