import {
  childId,
  statesOf,
  type ArrowKind,
  type ArrowView,
  type ChartView,
  type StateView,
} from './chart-view.ts'

// A configuration is XState 5's or XState 4's, with functions or, from another process, as JSON that may be cut off or
// hostile: whatever in it is of no known form is left out, and said.

type Config = Readonly<Record<string, unknown>>

/** How much of one is drawn. */
const most = { states: 2_000, arrows: 10_000, depth: 40, name: 200, problems: 20 }

/** What is being drawn. */
interface Drawing {
  /** The machine's id, with which the ids of its states begin. */
  readonly machine: string
  readonly states: { readonly id: string; readonly config: Config }[]
  readonly problems: string[]
  /** Ids that a configuration gives its states, for targets such as `#paid`. */
  readonly ids: Map<string, string>
}

/** A machine's configuration as it is drawn. Targets are resolved as XState resolves them. */
export function chartOfConfig(config: unknown, name = 'machine'): ChartView {
  const given = isRecord(config) ? config : {}
  const id = named(given['id']) ?? named(name) ?? 'machine'
  const drawing: Drawing = { machine: id, states: [], problems: [], ids: new Map() }
  if (!isRecord(config)) say(drawing, 'it has no definition that can be drawn')
  const root = stateOf(drawing, '', id, given, 0)
  drawing.ids.set(id, '')
  const known = new Map(statesOf({ root }).map((state) => [state.id, state]))
  const arrows: ArrowView[] = []
  for (const { id: from, config: own } of drawing.states) {
    for (const arrow of arrowsOf(drawing, known, from, own)) {
      if (arrows.length < most.arrows) arrows.push(arrow)
      else say(drawing, `it has more than ${most.arrows} arrows; the rest is not drawn`)
    }
  }
  return { id, root, arrows, problems: drawing.problems }
}

function stateOf(drawing: Drawing, id: string, key: string, config: Config, depth: number): StateView {
  drawing.states.push({ id, config })
  const ownId = named(config['id'])
  if (ownId !== undefined) drawing.ids.set(ownId, id)
  const inner = isRecord(config['states']) ? Object.entries(config['states']) : []
  if (typeof config['states'] === 'string') say(drawing, `what is in ${id || key} was cut off`)
  const states: StateView[] = []
  for (const [child, given] of inner) {
    if (drawing.states.length >= most.states || depth >= most.depth) {
      say(
        drawing,
        `it has more than ${depth >= most.depth ? `${most.depth} levels` : `${most.states} states`}; the rest is not drawn`,
      )
      break
    }
    if (!isRecord(given)) say(drawing, `the state ${childId(id, child)} was cut off`)
    states.push(stateOf(drawing, childId(id, child), child, isRecord(given) ? given : {}, depth + 1))
  }
  const initial = initialOf(id, config['initial'], states)
  const description = named(config['description'])
  return {
    id,
    key: named(key) ?? '?',
    kind: kindOf(config, states),
    ...(config['history'] === 'deep' ? { deep: true as const } : {}),
    ...(initial === undefined ? {} : { initial }),
    ...(description === undefined ? {} : { description }),
    tags: listOf(config['tags']).flatMap((tag) => named(tag) ?? []),
    allow: [],
    entry: actionsOf(config['entry'] ?? config['onEntry']),
    exit: actionsOf(config['exit'] ?? config['onExit']),
    invoke: invokesOf(drawing, id, config).map(({ id: own, src }) => ({ id: own, src })),
    states,
  }
}

function kindOf(config: Config, states: readonly StateView[]): StateView['kind'] {
  const type = config['type']
  if (type === 'history' || type === 'final') return type
  if (states.length === 0) return 'atomic'
  return type === 'parallel' || config['parallel'] === true ? 'parallel' : 'compound'
}

/** XState 5 normalises it to `{ target: [...] }`; 4 leaves the key. */
function initialOf(parent: string, given: unknown, states: readonly StateView[]): string | undefined {
  const value = isRecord(given) ? listOf(given['target'])[0] : given
  if (typeof value !== 'string') return undefined
  const key = value.startsWith('.') ? value.slice(1) : value
  return states.find((state) => state.key === key || state.id === key || childId(parent, key) === state.id)
    ?.id
}

function* arrowsOf(
  drawing: Drawing,
  known: ReadonlyMap<string, StateView>,
  from: string,
  config: Config,
): Generator<ArrowView> {
  const seen = new Map<string, number>()
  function* all(kind: ArrowKind, event: string, given: unknown): Generator<ArrowView> {
    for (const transition of listOf(given)) {
      const place = seen.get(`${kind} ${event}`) ?? 0
      seen.set(`${kind} ${event}`, place + 1)
      yield arrowOf(drawing, known, { from, kind, event, place, transition })
    }
  }
  for (const [type, given] of entriesOf(config['on'])) {
    const { kind, event } = spoken(type)
    yield* all(kind, event, given)
  }
  for (const [delay, given] of entriesOf(config['after'])) yield* all('after', delayText(delay), given)
  // XState 4 says delays as a list, too.
  for (const given of Array.isArray(config['after']) ? (config['after'] as unknown[]) : [])
    yield* all('after', isRecord(given) ? delayText(nameOf(given['delay'])) : '?', given)
  yield* all('always', '', config['always'])
  // Where a history leads when there is none yet.
  if (config['type'] === 'history') yield* all('always', '', config['target'])
  yield* all('done', 'done', config['onDone'])
  for (const { id, given } of invokesOf(drawing, from, config)) {
    yield* all('done', id, given['onDone'])
    yield* all('error', id, given['onError'])
    yield* all('event', `snapshot of ${id}`, given['onSnapshot'])
  }
}

interface Given {
  readonly from: string
  readonly kind: ArrowKind
  readonly event: string
  readonly place: number
  readonly transition: unknown
}

function arrowOf(
  drawing: Drawing,
  known: ReadonlyMap<string, StateView>,
  { from, kind, event, place, transition }: Given,
): ArrowView {
  const config = isRecord(transition) ? transition : { target: transition }
  const to = listOf(config['target']).flatMap((target) => {
    const id = typeof target === 'string' ? targetOf(drawing, known, from, target) : undefined
    if (id === undefined)
      say(
        drawing,
        `${event || 'always'} in ${from || 'the root'} leads to ${nameOf(target)}, which is not there`,
      )
    return id ?? []
  })
  const guard = config['guard'] ?? config['cond']
  const description = named(config['description'])
  return {
    id: `${from}|${kind === 'event' ? '' : `${kind} `}${event}|${place}`,
    from,
    to,
    kind,
    event,
    ...(guard === undefined || guard === null ? {} : { guard: guardText(guard) }),
    actions: actionsOf(config['actions']),
    ...(description === undefined ? {} : { description }),
  }
}

/** The id of the state that a target means, as XState resolves it: by id, below the source, or beside it. */
function targetOf(
  { ids }: Drawing,
  known: ReadonlyMap<string, StateView>,
  from: string,
  target: string,
): string | undefined {
  if (target.startsWith('#')) return byId(ids, known, target.slice(1))
  const parent = parentOf(from)
  const candidates = target.startsWith('.')
    ? [below(from, target.slice(1))]
    : // A root's own targets are its children.
      from === ''
      ? [target]
      : [below(parent, target)]
  return candidates.find((id) => known.has(id))
}

/** `#order.paid` is the id `order.paid`, or `paid` below what has the id `order`. */
function byId(
  ids: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, StateView>,
  text: string,
): string | undefined {
  for (let end = text.length; end > 0; end = text.lastIndexOf('.', end - 1)) {
    const own = ids.get(text.slice(0, end))
    if (own === undefined) continue
    const id = end === text.length ? own : below(own, text.slice(end + 1))
    if (known.has(id)) return id
  }
  return undefined
}

const below = (parent: string, path: string) => (parent === '' ? path : `${parent}.${path}`)

/** The id of the state that a state lies in. */
function parentOf(id: string): string {
  for (let at = id.lastIndexOf('.'); at > 0; at = id.lastIndexOf('.', at - 1))
    if (id[at - 1] !== '\\') return id.slice(0, at)
  return ''
}

/** What XState has made of a delay or an end in a normalised definition, said as it was written. */
function spoken(type: string): { kind: ArrowKind; event: string } {
  const after = /^xstate\.after[.(]([^.)]*)/.exec(type)
  if (after !== null) return { kind: 'after', event: delayText(after[1]!) }
  const done = /^(?:xstate\.done\.(?:actor|state)|done\.(?:invoke|state))\.(.*)$/s.exec(type)
  if (done !== null) return { kind: 'done', event: shown(done[1]!) }
  const error = /^(?:xstate\.error\.actor|error\.platform)\.(.*)$/s.exec(type)
  if (error !== null) return { kind: 'error', event: shown(error[1]!) }
  return type === '' ? { kind: 'always', event: '' } : { kind: 'event', event: shown(type) }
}

const delayText = (delay: string): string => (/^\d+$/.test(delay) ? `${delay} ms` : shown(delay))

/** What a state invokes; an id that is not given is made of the place and the state's own, as XState does. */
function invokesOf({ machine }: Drawing, state: string, config: Config) {
  const own = named(config['id']) ?? (state === '' ? machine : `${machine}.${state}`)
  return listOf(config['invoke']).map((invoke, index) => {
    const given: Config = isRecord(invoke) ? invoke : { src: invoke }
    return { id: named(given['id']) ?? shown(`${index}.${own}`), src: nameOf(given['src']), given }
  })
}

function actionsOf(given: unknown): string[] {
  return listOf(given).map((action) => nameOf(action).replace(/^xstate\./, ''))
}

/** `isPaid`, `not isPaid`, `isPaid and isSent`. */
function guardText(guard: unknown, depth = 0): string {
  if (depth > 5) return '…'
  const { type, name, guards, stateValue } = (isCode(guard) ? guard : {}) as Config
  // XState 4 calls every guard so.
  if (type === 'xstate.guard') return nameOf(name)
  // What XState has made of guards (`and`) is a function of a name of its own, and keeps them beside it.
  const made = /^(?:xstate\.)?(and|or|not|stateIn)(?:Guard)?$/.exec(nameOf(type ?? name))?.[1]
  const inner = (Array.isArray(guards) ? (guards as unknown[]) : []).map((one) => guardText(one, depth + 1))
  if (made === 'stateIn') return shown(`in ${nameOf(stateValue)}`)
  if (made === undefined || inner.length === 0) return nameOf(guard)
  return shown(made === 'not' ? `not ${inner.join(', ')}` : inner.join(` ${made} `))
}

/** What something is called: a text, a type, the name of a function. */
function nameOf(given: unknown): string {
  if (typeof given === 'string' || typeof given === 'number') return shown(String(given))
  if (!isCode(given)) return '?'
  const { type, name, id } = given as { type?: unknown; name?: unknown; id?: unknown }
  return named(type) ?? named(name) ?? named(id) ?? (typeof given === 'function' ? 'inline' : '?')
}

/** A name that says something, in a form that can be shown; undefined for what is none. */
function named(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? shown(given) : undefined
}

/** Text of a definition: on one line, without control characters, not without end. */
function shown(text: string): string {
  const line = text.slice(0, most.name * 2).replaceAll(/[\p{Cc}\p{Cf}\p{Surrogate}]+/gu, ' ')
  return line.length <= most.name ? line : `${line.slice(0, most.name - 1)}…`
}

function say({ problems }: Drawing, text: string): void {
  if (problems.length < most.problems && !problems.includes(text)) problems.push(text)
}

const listOf = (given: unknown): readonly unknown[] =>
  given === undefined || given === null ? [] : Array.isArray(given) ? (given as unknown[]) : [given]

const isCode = (given: unknown): boolean =>
  (typeof given === 'object' && given !== null) || typeof given === 'function'

const entriesOf = (given: unknown): [string, unknown][] => (isRecord(given) ? Object.entries(given) : [])

const isRecord = (given: unknown): given is Config =>
  typeof given === 'object' && given !== null && !Array.isArray(given)
