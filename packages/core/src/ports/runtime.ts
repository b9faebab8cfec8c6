import type { AuditView } from './audit-view.ts'
import type { Effect } from '../effect.ts'
import type { EntryKind } from '../journal.ts'
import type { Autonomy } from '../law/law-event.ts'
import type { OperationStatus } from '../law/lifecycle-context.ts'
import type { InspectionMessage } from '../inspection/messages.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Principal } from '../principal.ts'
import type { Deployment } from '../release.ts'
import type { Incident } from '../release/service-state.ts'
import type { Severity, SignalDraft } from '../signal.ts'
import type { Allowed, Verdict } from '../verdict.ts'
import type { ActorView, FitView, PastView } from './actor-view.ts'
import type { RecordView } from './record-view.ts'
import type { StatusView } from './status-view.ts'
import type { Supposition, WhatIfView, WhoMayView } from './what-if.ts'

/** An operation that has been asked for and has not ended, as people see it. */
export interface OperationView {
  readonly id: string
  readonly lifecycle: string
  readonly agent: string
  readonly task: string
  readonly status: OperationStatus | 'queued'
  readonly requested_by: Principal
  readonly requested_at: number
  readonly severity: Severity
  readonly awaiting?: string
  readonly expires: number | null
  readonly workflow: string | null
  /** Hash of the exact plan: what an approval must name. */
  readonly plan: string
  /** The exact commands that it would run, where the task says so. */
  readonly commands?: JsonObject
  readonly attempt: number
  /** While it runs: who runs it, and until when they must have said that they still do; another attempt begins then. */
  readonly lease?: { readonly owner: string; readonly until: number }
  /** The runner's last line of progress. */
  readonly progress?: string
  /** Why it does not start although it is admitted: `paused: everything`. */
  readonly held?: string
}

/** A lifecycle, as people see it. */
export interface LifecycleView {
  readonly id: string
  readonly name: string
  readonly service: string
  readonly phase: string
  readonly branch: string | null
  readonly version: string | null
  readonly commit: string | null
  readonly live: boolean
  readonly since: number
  readonly actorVersion: number
  readonly operations: readonly OperationView[]
  readonly workflows: readonly {
    readonly run: string
    readonly workflow: string
    readonly steps: readonly string[]
  }[]
  readonly allowed: Allowed
  readonly timers: readonly TimerView[]
}

/** A time that is waited for, and what happens then. */
export interface TimerView {
  readonly id: string
  readonly due: number
  /** What happens, and what keeps it from happening, as people say it. */
  readonly what: string
  /** The row that set it; null when that lies too far back. */
  readonly since: number | null
}

/** A service, as people see it. */
export interface ServiceView {
  readonly service: string
  readonly live: string | null
  readonly incident: Incident | null
  readonly deployments: readonly Deployment[]
  readonly exclusive: { readonly lifecycle: string; readonly run: string; readonly acting: boolean } | null
  readonly oscillating: readonly string[]
  readonly measures: readonly MeasureView[]
  readonly lifecycles: readonly LifecycleView[]
}

/** A feedback loop's measure of a service. */
export interface MeasureView {
  readonly rule: string
  /** `unsure`: it fired, and another release has gone live since. */
  readonly state: 'ok' | 'pending' | 'firing' | 'unsure'
  readonly value: number | null
  readonly samples: number
  readonly threshold: number
  /** Why the rule does not fire although the threshold is passed; null otherwise. */
  readonly held: string | null
}

/** One row of the journal, told in a line for people, with all of its data. */
export interface LogEntryView {
  readonly sequence: number
  readonly at: number
  readonly actor: string
  /** What was decided on: a signal, a message between actors, a timer, a result of work, a person's act. */
  readonly kind: EntryKind
  readonly type: string
  readonly by: Principal | null
  readonly severity: Severity | null
  readonly verdict: Verdict | null
  /** The phase before and after, when it moved. */
  readonly moved: { readonly from: string; readonly to: string } | null
  readonly effects: readonly Effect[]
  readonly cause: string | null
  /** One line, without colour. */
  readonly text: string
  readonly data: Json
  /** Times that the row set, and whether they are waited for still; only where `why` tells of the row. */
  readonly timers?: readonly (TimerView & { readonly pending: boolean })[]
}

/** The answer to a person's act. */
export interface ActAnswer {
  readonly done: boolean
  readonly reason: string
  readonly verdict?: Verdict
}

/** What one principal may ask and report. */
export interface Sender {
  /**
   * Sends a signal to a lifecycle, release or service (`web/v2`, `web`), or to what the draft's data names. The verdict
   * is durable when it resolves.
   *
   * @throws OpschartError `input` for a malformed draft, `storage` when it could not be written: it was not accepted, and the same id may be sent again.
   */
  send(to: string, draft: SignalDraft): Promise<Verdict>
  /**
   * Starts an actor of a machine (`order/42`). One that is there already is not started again: the verdict of its start is
   * given again, as a duplicate.
   *
   * @throws OpschartError `input` for a name of another form or input that is not JSON; `storage` as {@link Sender.send}.
   */
  start(to: string, opening?: { readonly input?: Json }): Promise<Verdict>
  /** Says yes to the plan that was shown. Only a person's. */
  approve(answer: { operation: string; plan: string }): Promise<ActAnswer>
  reject(answer: { operation: string; reason: string }): Promise<ActAnswer>
  /** Says where a release really is. Only a person's. */
  adopt(adoption: {
    to: string
    phase: string
    reason: string
    version?: string
    commit?: string
    branch?: string
  }): Promise<ActAnswer>
  /** Takes an arrow that has no signal. Only a person's. */
  move(to: string, phase: string): Promise<ActAnswer>
  cancel(operation: string): Promise<ActAnswer>
  /** Stops new work of everything, a service, an agent or a rule; `now` cancels what runs, too. */
  pause(pause: { target: string; reason: string; now?: boolean }): Promise<ActAnswer>
  resume(target: string): Promise<ActAnswer>
  /** Raises or lowers the autonomy of everything (`*`), an agent or an `agent.task`. Only a person's. */
  promote(promotion: { target: string; autonomy: Autonomy }): Promise<ActAnswer>
}

/** The one face of a running system, that hosts use and the conformance suite is written against. */
export interface Client {
  /** Who may send: the principal comes from the channel. */
  as(
    principal:
      | Principal
      | { readonly agent: string }
      | { readonly person: string }
      | { readonly watcher: string },
  ): Sender
  /** The sender that an operation's token stands for; undefined for an unknown, used or ended one. */
  withToken(token: string): Promise<Sender | undefined>
  /**
   * All there is. With `since`, the mark of an earlier answer, only those lifecycles are in it that may be another by now:
   * what it costs goes by what has changed. It is whole all the same where that cannot be said.
   */
  status(query?: { since?: string }): Promise<StatusView>
  /** A lifecycle by id or name; undefined when there is none. */
  read(lifecycle: string): Promise<LifecycleView | undefined>
  /** An actor of a machine by its id (`order/42`, `order/42~payment`); undefined when there is none. */
  actor(id: string): Promise<ActorView | undefined>
  /**
   * What a lifecycle, a workflow's run or an actor of a machine was after a row; at the end when none is given. Undefined
   * when it was not there yet, or never.
   *
   * @throws OpschartError `input` for a row that was pruned, and for one that was decided by a definition which is not here.
   */
  past(query: { actor: string; sequence?: number }): Promise<PastView | undefined>
  /** The journal, oldest first unless backwards; at most 1,000 rows at a time. */
  log(query?: {
    from?: number
    to?: number
    actor?: string
    limit?: number
    backwards?: boolean
  }): Promise<LogEntryView[]>
  /** Why something is as it is: the rows that explain a signal, operation, lifecycle or row number, oldest first. */
  why(about: string): Promise<LogEntryView[]>
  /** Every row from there on, those that exist and those that come; ends when cancelled. */
  subscribe(options: { from?: number }): AsyncIterable<LogEntryView>
  /** Checks the chain and replays it: the first row that does not hold, or that all do [D6] [D10]. */
  audit(options?: { head?: { sequence: number; hash: string } }): Promise<AuditView>
  /** What happened since, counted from the journal. */
  digest(options: { since: number }): Promise<DigestView>
  /** What an agent or task has done: shown before it is promoted. */
  record(target: string): Promise<RecordView>
}

/** The client of this process's own runtime: it can also say beforehand what would come of an act, and show all of it. */
export interface ForeseeingClient extends Client {
  /** Like `as`, but each act is only decided on: it is answered as it would be now, and nothing is written. */
  readonly asIf: Client['as']
  /** How the actors that another definition has decided last stand to the one of today; nothing is changed. */
  fits(): Promise<FitView[]>
  /**
   * What would have come of signals, had they been sent one after the other after a row of the journal; now when none is
   * given. They are decided in a sandbox: nothing is written, started or told. Undefined when the actor was not there.
   *
   * @throws OpschartError `input` for a signal that is not of its form, saying which, for more than {@link mostSupposed},
   * for a row that was pruned, and where a definition has decided that is not here.
   */
  whatIf(supposition: Supposition): Promise<WhatIfView | undefined>
  /**
   * Who may send which signal to an actor, as it was after a row; now when none is given. Each answer is the law's own,
   * its gates' included, to a signal without data. Undefined when the actor was not there.
   *
   * @throws OpschartError `input` as {@link ForeseeingClient.whatIf}.
   */
  whoMay(query: { actor: string; sequence?: number }): Promise<WhoMayView | undefined>
  /**
   * What an inspector is told, under a name for this source: charts and actors before their first step, and with each step
   * what its actor was after it. With `from`, every row from there on; with `after`, every later row, without the message
   * that a source begins. Without either, or where the journal has no such row or, of the one that is gone on after, one of
   * another `hash` (its beginning is enough), it begins with all that stands now, and goes on with the rows that come, none
   * left out or told twice. Ends at once when cancelled.
   */
  inspection(options: {
    source: string
    from?: number
    after?: number
    hash?: string
  }): AsyncIterable<InspectionMessage>
}

/** While you were away: exact counts, and what matters, oldest first. */
export interface DigestView {
  readonly since: number
  readonly until: number
  readonly counts: {
    readonly signals: number
    readonly refused: number
    readonly violations: number
    readonly deployments: number
    readonly incidents: number
    readonly rollbacks: number
    readonly operations: number
    readonly failed: number
    readonly approvals: number
  }
  readonly lines: readonly { readonly at: number; readonly text: string; readonly severity: Severity }[]
  /** What stands open whoever was told of it: violations and incidents, each with the way out; one line each. */
  readonly open: readonly string[]
  /** What waits for a person. */
  readonly waiting: readonly OperationView[]
  readonly reports: readonly string[]
}
