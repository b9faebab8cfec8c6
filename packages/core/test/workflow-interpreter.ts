// A second reading of workflows: what a definition means, step by step, in plain callbacks. It shares no code with the
// compiler that it is compared with.

import type {
  AgentTask,
  OperationStep,
  StepDefinition,
  WorkflowDefinition,
} from '../src/workflow/definition.ts'

type Long = Exclude<StepDefinition, AgentTask>
type Results = Record<string, Record<string, unknown>>

interface Working {
  attempts: number
  readonly pass: (value: Record<string, unknown>) => void
  readonly fail: (retry: boolean) => void
}

/** What a run asks for, and what it comes to. */
export interface Interpreted {
  readonly asked: readonly string[]
  readonly sent: readonly string[]
  pending(): string[]
  waits(): boolean
  outcome(): 'succeeded' | 'failed' | 'cancelled' | undefined
  done(step: string, value: Record<string, unknown>): void
  fail(step: string, retry: boolean): void
  /** The next moment at which something waits for time to pass. */
  fire(): void
  left(): void
}

/** Interprets a workflow. Durations must be in whole seconds (`5s`). */
export function interpret(definition: WorkflowDefinition): Interpreted {
  const asked: string[] = []
  const sent: string[] = []
  const working = new Map<string, Working>()
  const clocks = new Map<string, { due: number; ring: () => void }>()
  const results: Results = {}
  const passed = new Set<string>()
  let now = 0
  let broken = false
  let gone = false
  let outcome: 'succeeded' | 'failed' | 'cancelled' | undefined
  let leave: (() => void) | undefined

  const steps = nameSteps(definition)
  const seconds = (text: string | undefined) => (text === undefined ? undefined : Number(text.slice(0, -1)))

  const forget = (names: readonly string[]) => {
    for (const name of names) {
      working.delete(name)
      clocks.delete(`${name} pause`)
      clocks.delete(`${name} end`)
    }
  }
  const operation = (name: string, step: OperationStep, next: () => void, stop: () => void): void => {
    const give = (failed: boolean) => {
      forget([name])
      if (failed && step.optional === true) results[name] = { failed: {} }
      if (failed && step.optional !== true) broken = true
      if (failed && step.optional !== true) stop()
      else next()
    }
    const ask = (attempts: number): void => {
      asked.push(name)
      working.set(name, {
        attempts,
        pass(value) {
          results[name] = value
          passed.add(name)
          give(false)
        },
        fail(retry) {
          if (!retry || attempts > (step.retry?.times ?? 2)) return give(true)
          working.delete(name)
          const pause = (seconds(step.retry?.backoff) ?? 2) * 2 ** (attempts - 1)
          clocks.set(`${name} pause`, { due: now + pause, ring: () => ask(attempts + 1) })
        },
      })
    }
    const limit = seconds(step.timeout)
    if (limit !== undefined) clocks.set(`${name} end`, { due: now + limit, ring: () => give(true) })
    ask(1)
  }
  const wanted = (step: Long): boolean =>
    Object.entries(step.when ?? {}).every(([path, value]) => {
      const [task = '', member = ''] = path.split('.')
      return results[task]?.[member] === value
    })
  const undo = (rest: { name: string; task: string; of: string }[]): void => {
    const [first, ...others] = rest
    if (first === undefined) outcome = 'failed'
    else if (passed.has(first.of)) {
      const again = () => undo(others)
      operation(first.name, { do: ['agent', first.task], optional: true }, again, again)
    } else undo(others)
  }
  const failAll = () => {
    leave = undefined
    undo(steps.undo)
  }
  const go = (index: number): void => {
    leave = undefined
    const placed = steps.list[index]
    if (placed === undefined) {
      outcome = 'succeeded'
      return
    }
    const { step, name, inner } = placed
    const survives = definition.survives === true || step.survives === true
    const skip = () => {
      const later = steps.list.findIndex(
        (other, position) =>
          position > index && (definition.survives === true || other.step.survives === true),
      )
      if (later < 0) outcome = 'cancelled'
      else go(later)
    }
    if (gone && !survives) return skip()
    if (!wanted(step)) return go(index + 1)
    const names = [name, ...inner.flat().map((one) => one.name)]
    if (!survives) {
      leave = () => {
        forget(names)
        skip()
      }
    }
    if ('do' in step) return operation(name, step, () => go(index + 1), failAll)
    if ('signal' in step) sent.push(step.signal)
    if (!('parallel' in step)) return go(index + 1)
    let open = inner.length
    const ended = () => {
      open -= 1
      if (open === 0) (broken ? failAll : () => go(index + 1))()
    }
    const branch = (list: readonly { name: string; step: OperationStep }[]): void => {
      const [first, ...others] = list
      if (first === undefined) ended()
      else if (wanted(first.step)) operation(first.name, first.step, () => branch(others), ended)
      else branch(others)
    }
    for (const list of inner) branch(list)
  }
  go(0)
  return {
    asked,
    sent,
    pending: () => [...working.keys()].toSorted(),
    waits: () => clocks.size > 0,
    outcome: () => outcome,
    done: (step, value) => working.get(step)?.pass(value),
    fail: (step, retry) => working.get(step)?.fail(retry),
    fire() {
      const [first] = [...clocks].toSorted(([, one], [, other]) => one.due - other.due)
      if (first === undefined) return
      const [name, { due, ring }] = first
      clocks.delete(name)
      now = due
      ring()
    },
    left() {
      gone = true
      leave?.()
    },
  }
}

interface Named {
  readonly name: string
  readonly step: Long
  readonly inner: { name: string; step: OperationStep }[][]
}

function nameSteps(definition: WorkflowDefinition): {
  list: Named[]
  undo: { name: string; task: string; of: string }[]
} {
  const names = ['failing', 'succeeded', 'failed', 'cancelled', 'ended']
  const fresh = (word: string): string => {
    let name = word
    for (let number = 2; names.includes(name); number += 1) name = `${word}_${number}`
    names.push(name)
    return name
  }
  const long = (step: StepDefinition): Long =>
    Array.isArray(step) ? { do: step as unknown as AgentTask } : (step as Long)
  const operations: { name: string; step: OperationStep }[] = []
  const list = definition.steps.map((short): Named => {
    const step = long(short)
    const word =
      'do' in step
        ? step.do[1]
        : 'signal' in step
          ? `signal_${step.signal}`
          : 'ask' in step
            ? 'ask'
            : 'parallel'
    const name = fresh(word)
    if ('do' in step) operations.push({ name, step })
    const inner = !('parallel' in step)
      ? []
      : step.parallel.map((branch) =>
          branch.map((one) => {
            const operation = long(one) as OperationStep
            const placed = { name: fresh(operation.do[1]), step: operation }
            operations.push(placed)
            return placed
          }),
        )
    return { name, step, inner }
  })
  const undo = operations
    .filter(({ step }) => step.compensate !== undefined)
    .toReversed()
    .map(({ name, step }) => ({ name: fresh(`undo_${name}`), task: step.compensate![1], of: name }))
  return { list, undo }
}
