import {
  checkMachine,
  createKernel,
  isMachine,
  machineDefinition,
  misfires,
  operationOf,
  OpschartError,
  type Crypto,
  type Kernel,
  type Migration,
  type Misfire,
  type Operation,
} from '@opschart/core'
import type { AnyStateMachine } from 'xstate'

/** A machine, and how its actors are kept. */
export interface MachineOptions {
  readonly machine: AnyStateMachine
  /** What becomes of timers that were due while nothing ran; `run_once` when absent. */
  readonly misfire?: Misfire
  /** How actors of earlier versions are brought to this one; those of the machine itself, by the machine's `version`. */
  readonly migrations?: readonly Migration[]
  /** The migrations of its children, by the name of their source; theirs in turn. */
  readonly children?: Readonly<Record<string, ChildOptions>>
}

/** How the actors of a child machine are kept. */
export type ChildOptions = Pick<MachineOptions, 'migrations' | 'children'>

/** The machines whose actors a runtime keeps, by name. */
export type Machines = Readonly<Record<string, AnyStateMachine | MachineOptions>>

/** A machine as the driver uses it: by its path, `order` or, for children, `order/payment`. */
export interface Chart {
  readonly path: string
  readonly machine: AnyStateMachine
  readonly kernel: Kernel
  /** Hash of all that decides in it. */
  readonly definition: string
  readonly misfire: Misfire
  readonly migrations: readonly Migration[]
  /** The chart of a child's source; undefined when the source is an operation. */
  child(src: string): Chart | undefined
  operation(src: string): Operation | undefined
}

/** The charts of a runtime. */
export interface Charts {
  /** Whether a name (`order`) is a machine's. */
  has(name: string): boolean
  /** By path; undefined when there is none by now. */
  of(path: string): Chart | undefined
  readonly names: readonly string[]
  /** The definitions of all machines, those of children too. */
  definitions(): string[]
}

const form = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * Makes the charts of machines.
 *
 * @throws OpschartError `configuration` for a machine that cannot be made durable, naming all that is wrong with it.
 */
export function createCharts(machines: Machines, crypto: Pick<Crypto, 'sha256'>): Charts {
  const given = new Map<string, MachineOptions>()
  for (const [name, value] of Object.entries(machines)) {
    if (!form.test(name)) {
      throw new OpschartError(
        'configuration',
        `machine ${JSON.stringify(name)}: a name is made of letters, digits, dots, dashes and underscores, 100 at most`,
      )
    }
    given.set(name, checked(name, isMachine(value) ? { machine: value } : value))
  }
  const made = new Map<string, Chart>()

  function of(path: string): Chart | undefined {
    const known = made.get(path)
    if (known !== undefined) return known
    const [name = '', ...sources] = path.split('/')
    const options = given.get(name)
    if (options === undefined) return undefined
    let machine: AnyStateMachine = options.machine
    let own: ChildOptions = options
    for (const src of sources.map(decodeURIComponent)) {
      const inner = actorsOf(machine)[src]
      if (!isMachine(inner)) return undefined
      machine = inner
      own = own.children?.[src] ?? {}
    }
    const chart = chartOf(path, machine, { ...own, machine, ...misfireOf(options) })
    made.set(path, chart)
    return chart
  }

  function chartOf(path: string, machine: AnyStateMachine, options: MachineOptions): Chart {
    const actors = actorsOf(machine)
    const operations = new Map<string, Operation | undefined>()
    return {
      path,
      machine,
      kernel: createKernel(machine, { child: path.includes('/') }),
      definition: crypto.sha256(machineDefinition(machine)),
      misfire: options.misfire ?? 'run_once',
      migrations: options.migrations ?? [],
      child: (src) => (isMachine(actors[src]) ? of(`${path}/${encodeURIComponent(src)}`) : undefined),
      operation(src) {
        if (!operations.has(src)) operations.set(src, operationOf(actors[src]))
        return operations.get(src)
      },
    }
  }

  /** `above`: the machines that it is a child of; one of them may be its child as well. */
  function definitionsIn(chart: Chart, above: readonly AnyStateMachine[] = []): string[] {
    const line = [...above, chart.machine]
    const children = Object.keys(actorsOf(chart.machine)).flatMap((src) => {
      const child = chart.child(src)
      return child === undefined || line.includes(child.machine) ? [] : definitionsIn(child, line)
    })
    return [chart.definition, ...children]
  }

  const names = [...given.keys()]
  return {
    has: (name) => given.has(name),
    of,
    names,
    definitions: () => [...new Set(names.flatMap((name) => definitionsIn(of(name)!)))],
  }
}

const actorsOf = (machine: AnyStateMachine) => machine.implementations.actors as Record<string, unknown>

const misfireOf = ({ misfire }: MachineOptions) => (misfire === undefined ? {} : { misfire })

function checked(name: string, options: MachineOptions): MachineOptions {
  const fail = (what: string) => new OpschartError('configuration', `machine ${name}: ${what}`)
  if (!isMachine(options?.machine)) throw fail('it is no XState machine; give one, or { machine }')
  const { misfire } = options
  if (misfire !== undefined && !misfires.includes(misfire))
    throw fail(`misfire is ${JSON.stringify(misfire)}; it can be ${misfires.join(', ')}`)
  const problems = checkMachine(options.machine)
  if (problems.length > 0) throw fail(`it cannot be made durable:\n${problems.join('\n')}`)
  return options
}
