import { wait, type Clock, type Store, type StoredWork } from '@opschart/core'

import { isMachineActor, machinePrefix } from '../machines/actor-names.ts'
import { misfitPatience } from '../machines/trees.ts'
import { plainLine } from '../plain-text.ts'
import {
  cancelled,
  isOperationAttempt,
  lease,
  outcomeOf,
  type Attempt,
  type OperationAttempt,
} from './attempt.ts'
import type { Persist } from './persist.ts'

/** What the dispatcher works with. */
export interface DispatcherSources {
  readonly store: Store
  readonly clock: Clock
  readonly owner: string
  /** How many operations of the law may run here at once, and how many of machines beside them. */
  readonly concurrency: number
  /** Whether a piece of work can be done here at all: that of a machine only where the machine is. */
  readonly isMine: (work: StoredWork) => boolean | Promise<boolean>
  /** Makes the attempt of a piece of work that has been claimed. */
  readonly attemptOf: (work: StoredWork) => Attempt
  /** Owners that are known to be dead: their work is taken over at once. */
  readonly deadOwners: (owners: readonly string[]) => readonly string[]
  /** Looks at what holds work back, and says of each piece why it may not start now; undefined when it may. */
  readonly holding: () => Promise<(work: StoredWork) => Promise<string | undefined>>
  /** Ends what an earlier attempt left running. */
  readonly clearAway: (key: string) => Promise<void>
  readonly notify: (notice: { about: string; text: string; severity: string; key: string }) => Promise<void>
  readonly persist: Persist
  /** Aborted when the runtime closes. */
  readonly closing: AbortSignal
  readonly problem: (text: string) => void
}

const patience = 500
/** Pieces of queued work that are read at a time. */
const pageSize = 64
/** Milliseconds that a notification may take. */
const notifyLimit = 30_000

/** Starts what is queued: the most severe first, then the oldest; one at a time for each agent of a service [L16]. */
export function createDispatcher(sources: DispatcherSources) {
  const { store, clock, owner, closing } = sources
  const running = new Map<string, Attempt>()
  const ends = new Set<Promise<void>>()
  /** Notifications that are being told. */
  const telling = new Set<string>()
  let pumping: Promise<void> | undefined
  let again = false
  let takeBackLook: (() => void) | undefined

  async function pump(): Promise<void> {
    do {
      again = false
      // Of the law there is never much. Machines may have any number queued: only as much of it is read as can be started.
      const ofLaw = await store.work({ notPrefix: machinePrefix })
      const begun = await store.work({ prefix: machinePrefix, running: true })
      const look = createLook([...ofLaw, ...begun], await sources.holding())
      cancelUnwanted([...ofLaw, ...begun])
      for (const work of [...ofLaw, ...begun]) {
        if (closing.aborted) return
        await look.at(work)
      }
      await startQueued(look)
      lookAt(look.again())
    } while (again && !closing.aborted)
  }

  /** Starts what machines have queued, the oldest first, while there is room. */
  async function startQueued(look: Look): Promise<void> {
    for (let passed = 0; ;) {
      const page = { prefix: machinePrefix, running: false, offset: passed, limit: pageSize }
      const works = await store.work(page)
      for (const work of works) {
        // What holds back one of them holds them all back: a pause of everything.
        if (closing.aborted || !hasRoom(work) || (await look.isHeld(work))) return
        if (!(await look.at(work))) passed += 1
      }
      if (works.length < pageSize) return
    }
  }

  /** One look at the queue: what it finds of each piece of work. `known`: all that runs, and whatever else was read. */
  function createLook(
    known: readonly StoredWork[],
    holds: (work: StoredWork) => Promise<string | undefined>,
  ) {
    const others = known.flatMap((work) => (work.owner === null || work.owner === owner ? [] : [work.owner]))
    const dead = sources.deadOwners([...new Set(others)])
    let nextEnd = Infinity
    return {
      isHeld: async (work: StoredWork) => (await holds(work)) !== undefined,
      /** When it is worth looking again, if nothing else happens. */
      again: () => nextEnd,
      /** Starts a piece of work that can be started. */
      async at(work: StoredWork): Promise<boolean> {
        if (running.has(work.key) || telling.has(work.key)) return false
        const now = clock.now()
        if (work.status === 'running' && !dead.includes(work.owner!) && work.until! > now) {
          nextEnd = Math.min(nextEnd, work.until!)
          return false
        }
        if (!hasRoom(work) || (await holds(work)) !== undefined) return false
        if (!(await sources.isMine(work))) {
          nextEnd = Math.min(nextEnd, now + misfitPatience)
          return false
        }
        const claimed = await store.claim({ key: work.key, owner, now, until: now + lease, dead })
        if (claimed === undefined) return false
        if (closing.aborted) await release(claimed)
        else launch(claimed)
        return true
      },
    }
  }
  type Look = ReturnType<typeof createLook>

  /** What another process has cancelled or taken over is cancelled here. */
  function cancelUnwanted(works: readonly StoredWork[]): void {
    for (const [key, { work, controller, settling }] of running) {
      const still = works.some((other) => other.key === key && other.attempt === work.attempt)
      if (!still && !settling) controller.abort(cancelled('it is no longer wanted'))
    }
  }

  /** Machines have room of their own: what they do, for however long, holds up no roll-back. */
  function hasRoom({ actor, slot, task }: StoredWork): boolean {
    if ((task as { kind: string }).kind === 'notify') return true
    const alike = [...running.values()].filter(
      ({ work }) => isMachineActor(work.actor) === isMachineActor(actor),
    )
    if (alike.length >= sources.concurrency) return false
    return slot === null || !alike.some(({ work }) => work.slot === slot)
  }

  function launch(work: StoredWork): void {
    const task = work.task as { kind: string; about: string; text: string }
    if (task.kind === 'notify') {
      telling.add(work.key)
      return track(tell(work, task).finally(() => telling.delete(work.key)))
    }
    const attempt = sources.attemptOf(work)
    running.set(work.key, attempt)
    track(
      carryOut(attempt).finally(() => {
        running.delete(work.key)
        wake()
      }),
    )
  }

  const track = (work: Promise<void>): void => {
    const end = work
      .catch((error: unknown) => sources.problem(`an outcome was not written: ${messageOf(error)}`))
      .finally(() => ends.delete(end))
    ends.add(end)
  }

  async function tell(work: StoredWork, notice: { about: string; text: string }): Promise<void> {
    const limit = new AbortController()
    const over = wait(clock, notifyLimit, AbortSignal.any([limit.signal, closing])).then(() => {
      throw new Error(`it took longer than ${notifyLimit} ms`)
    })
    try {
      const text = plainLine(notice.text, 1_000)
      const { about } = notice
      await Promise.race([sources.notify({ about, text, severity: work.severity, key: work.key }), over])
    } catch (error) {
      if (closing.aborted) return release(work)
      sources.problem(`a notification could not be delivered: ${messageOf(error)}`)
    } finally {
      limit.abort()
      over.catch(() => {})
    }
    const { key, attempt } = work
    await sources.persist(() => store.commit([{ decisions: [], settled: [{ key, attempt }] }]))
  }

  async function carryOut(attempt: Attempt): Promise<void> {
    const { work, controller } = attempt
    const onClose = () => controller.abort(cancelled('the daemon is closing'))
    closing.addEventListener('abort', onClose, { once: true })
    if (work.attempt > 1)
      await sources.clearAway(work.key).catch((error: unknown) => sources.problem(messageOf(error)))
    const outcome = await outcomeOf(sources, attempt)
    closing.removeEventListener('abort', onClose)
    attempt.settling = true
    // What the closing has ended is not settled: the next daemon takes it up again under the same key.
    if (closing.aborted && controller.signal.aborted) return release(work)
    // What is not ours to settle any more may be another's to do again, under the same key.
    if (!(await sources.persist(() => attempt.settle(outcome)))) await release(work)
  }

  /** Gives work back before its lease runs out, so that whoever comes next need not wait for that. */
  async function release({ key, attempt }: StoredWork): Promise<void> {
    await store.renew({ key, attempt, owner, until: 0 }).catch(() => false)
  }

  /** Looks again at a time: another process' lease may have run out by then. */
  function lookAt(time: number): void {
    takeBackLook?.()
    takeBackLook = Number.isFinite(time) ? clock.at(time, wake) : undefined
  }

  /** Looks for work, soon: what has become possible is started. */
  function wake(): void {
    if (closing.aborted) return
    if (pumping !== undefined) {
      again = true
      return
    }
    pumping = pump()
      .catch((error: unknown) => {
        if (closing.aborted) return
        sources.problem(`work could not be looked for: ${messageOf(error)}`)
        lookAt(clock.now() + patience)
      })
      .finally(() => {
        pumping = undefined
        if (again) wake()
      })
  }

  return {
    wake,
    running: running as ReadonlyMap<string, Attempt>,
    /** Cancels what runs here under these keys. */
    cancel(keys: readonly string[]): void {
      for (const key of keys) running.get(key)?.controller.abort(cancelled('it is no longer wanted'))
    },
    /** The operation whose token this is, while it runs. */
    holder: (token: string): OperationAttempt | undefined =>
      [...running.values()]
        .filter(isOperationAttempt)
        .find(
          (attempt) => attempt.token === token && !attempt.settling && !attempt.controller.signal.aborted,
        ),
    isIdle: () => pumping === undefined && ends.size === 0,
    /** Resolves when nothing runs and nothing that could start is queued. */
    async idle(): Promise<void> {
      do {
        await pumping
        await Promise.all(ends)
        await new Promise((resolve) => setImmediate(resolve))
      } while (pumping !== undefined || ends.size > 0)
    },
    /** Resolves, once the runtime is closing, when nothing of it runs here; it stays in the queue for whoever comes next. */
    async close(): Promise<void> {
      takeBackLook?.()
      await pumping
      await Promise.all(ends)
      takeBackLook?.()
    },
  }
}

/** Starts work, and answers for what runs. */
export type Dispatcher = ReturnType<typeof createDispatcher>

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
