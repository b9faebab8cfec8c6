import {
  inspectionLimits,
  inspectionProtocol,
  type Clock,
  type InspectionLimits,
  type InspectionMessage,
} from '@opschart/core'

import { createKept, type Entry, type Kept } from './_kept.ts'

/** What a hub is made with. */
export interface AppHubOptions {
  readonly clock: Clock
  /** What the ids of its sources begin with: another hub's, told to the same reader, must not be the same. `app` when absent. */
  readonly prefix?: string
  /** How much of each app is kept; those of an inspector when absent. */
  readonly limits?: InspectionLimits
  /** Characters of JSON that all apps together may have; the heaviest gives up its oldest. 64 million when absent. */
  readonly characters?: number
}

/** One app's way into a hub: a connection, or this very process. */
export interface AppConnection<Received> {
  /** Takes what it said, at a time in milliseconds since 1970; now when absent. Never throws. */
  hear(received: Received, at?: number): void
  /** Counts what could not be taken. It is told at once, and then at most once in a second for each reason. */
  lose(count: number, reason: string): void
  /** Nothing more comes. An app that never said anything was never there. */
  end(): void
}

/** What all apps have said that are inspected here. */
export interface AppHub {
  /**
   * Begins a source, under an id of its own, as soon as something is heard of it. It is called as its first actor is, with
   * a number where another one is called so already, unless it is given a name.
   */
  open<Received>(
    read: (source: string, name: string) => (received: Received, at: number) => InspectionMessage[],
    name?: string,
  ): AppConnection<Received>
  /**
   * All that is kept, then what comes; each reader gets it from its beginning. One that falls behind what is kept begins
   * anew with what is: its sources are told again, with the count of steps that went.
   */
  messages(): AsyncIterable<InspectionMessage>
  /** Ends every reader. */
  close(): void
}

/** Longest message that is kept, in characters of JSON: a chart may be long. */
const longestMessage = 2 * 1024 * 1024
/** Milliseconds in which losses are gathered. */
const gathering = 1_000

/** Makes a hub in which nothing has been heard. */
export function createAppHub(options: AppHubOptions): AppHub {
  const { clock, prefix = 'app', limits = inspectionLimits, characters = 64_000_000 } = options
  const sources = new Map<string, Kept>()
  const names = new Map<string, number>()
  /** In order of their numbers; some of them are gone. */
  let log: Entry[] = []
  let holes = 0
  let last = 0
  let opened = 0
  /** The highest number that is gone. */
  let gone = 0
  let closed = false
  /** Readers that wait for what comes. */
  const waiters = new Set<() => void>()

  function wake(): void {
    for (const go of waiters) go()
    waiters.clear()
  }

  function onGone(number: number): void {
    gone = Math.max(gone, number)
    holes += 1
    // Cut in large pieces, as each cut looks at all of them.
    if (holes < 1_000 || holes * 2 < log.length) return
    log = log.filter((entry) => !entry.gone)
    holes = 0
  }

  /** A name that no other app has. */
  function unique(name: string): string {
    const count = (names.get(name) ?? 0) + 1
    names.set(name, count)
    if (names.size > 1_000) names.delete(names.keys().next().value!)
    return count === 1 ? name : `${name} ${count}`
  }

  function add(kept: Kept, message: InspectionMessage, length: number): void {
    last += 1
    const entry: Entry = { number: last, message, length, gone: false }
    log.push(entry)
    kept.add(entry)
    for (let heavy = tooHeavy(); heavy?.giveUp() === true;) heavy = tooHeavy()
  }

  function tooHeavy(): Kept | undefined {
    const all = [...sources.values()]
    const total = all.reduce((sum, { length }) => sum + length, 0)
    if (total <= characters) return undefined
    return all.reduce((heaviest, one) => (one.length > heaviest.length ? one : heaviest))
  }

  /** The app that ended first goes; where none has, the one that began first. */
  function forgetOne(): void {
    const [first] = sources
    const [source, kept] = [...sources].find(([, { hasEnded }]) => hasEnded) ?? first!
    kept.clear()
    sources.delete(source)
  }

  function open<Received>(
    read: (source: string, name: string) => (received: Received, at: number) => InspectionMessage[],
    name?: string,
  ): AppConnection<Received> {
    opened += 1
    const source = `${prefix}:${opened}`
    const reader = read(source, source)
    const losses = new Map<string, number>()
    let kept: Kept | undefined
    let hasEnded = false
    let takeBack: (() => void) | undefined

    function begin(at: number, told: readonly InspectionMessage[]): Kept {
      const actors = told.filter((message) => message.kind === 'actor')
      const first = actors.find(({ parent }) => parent === null) ?? actors[0]
      const begun = createKept(limits, onGone)
      sources.set(source, begun)
      while (sources.size > limits.sources) forgetOne()
      const own = unique(name ?? first?.name ?? 'app')
      add(begun, { kind: 'source', source, protocol: inspectionProtocol, name: own, at }, 200)
      return begun
    }

    function tell(told: readonly InspectionMessage[], at: number): void {
      const messages = told.filter(({ kind }) => kind !== 'source')
      if (hasEnded || closed || messages.length === 0) return
      kept ??= begin(at, messages)
      for (const message of messages) {
        const { length } = JSON.stringify(message)
        if (message.kind === 'ended') return connection.end()
        if (message.kind === 'lost') connection.lose(message.count, message.reason)
        else if (length > longestMessage) connection.lose(1, 'it is longer than what is kept')
        else add(kept, message, length)
      }
      wake()
    }

    function sayLost(): void {
      const at = clock.now()
      kept ??= begin(at, [])
      for (const [reason, count] of losses) add(kept, { kind: 'lost', source, count, reason }, 100)
      losses.clear()
      wake()
    }

    const connection: AppConnection<Received> = {
      hear(received, at = clock.now()) {
        let told: InspectionMessage[]
        try {
          told = reader(received, at)
        } catch {
          return connection.lose(1, 'it could not be read')
        }
        tell(told, at)
      },
      lose(count, reason) {
        if (hasEnded || closed) return
        losses.set(reason, (losses.get(reason) ?? 0) + count)
        if (takeBack !== undefined) return
        sayLost()
        takeBack = clock.at(clock.now() + gathering, () => {
          takeBack = undefined
          if (losses.size > 0 && !hasEnded && !closed) sayLost()
        })
      },
      end() {
        if (hasEnded || closed) return
        takeBack?.()
        if (losses.size > 0) sayLost()
        hasEnded = true
        if (kept === undefined) return
        add(kept, { kind: 'ended', source, at: clock.now() }, 100)
        wake()
      },
    }
    return connection
  }

  function reader(): AsyncIterator<InspectionMessage, undefined> {
    let waiting: InspectionMessage[] = []
    let given = 0
    let cursor = 0
    let hasEnded = false
    let go = () => {}
    /** Sources that this reader takes to be there. */
    const begun = new Set<string>()

    function refill(): void {
      given = 0
      if (cursor < gone) {
        const vanished = [...begun].filter((source) => !sources.has(source))
        waiting = [
          ...vanished.map((source): InspectionMessage => ({ kind: 'ended', source, at: clock.now() })),
          ...Array.from(sources.values(), (kept) => kept.all()).flat(),
        ]
      } else waiting = log.slice(after(log, cursor)).flatMap(({ gone: is, message }) => (is ? [] : [message]))
      cursor = last
    }

    return {
      async next() {
        while (!hasEnded) {
          const message = waiting[given]
          if (message !== undefined) {
            given += 1
            if (message.kind === 'source') begun.add(message.source)
            if (message.kind === 'ended') begun.delete(message.source)
            return { done: false, value: message }
          }
          refill()
          if (waiting.length > 0) continue
          if (closed) break
          await new Promise<void>((resolve) => {
            go = resolve
            waiters.add(resolve)
          })
        }
        return { done: true, value: undefined }
      },
      async return() {
        hasEnded = true
        waiting = []
        waiters.delete(go)
        go()
        return { done: true, value: undefined }
      },
    }
  }

  return {
    open,
    messages: () => ({ [Symbol.asyncIterator]: reader }),
    close() {
      closed = true
      wake()
    },
  }
}

/** Index of the first entry whose number is higher. */
function after(log: readonly Entry[], number: number): number {
  let [low, high] = [0, log.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (log[middle]!.number <= number) low = middle + 1
    else high = middle
  }
  return low
}
