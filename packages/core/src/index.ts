export { canonicalJson, notJson, type Json, type JsonObject } from './json.ts'
export { isPrincipal, kindOf, nameOf, type Principal, type PrincipalKind } from './principal.ts'
export {
  maxSignalData,
  severities,
  severityRank,
  signalDraftSchema,
  type Severity,
  type Signal,
  type SignalDraft,
} from './signal.ts'
export { didYouMean, namesNear, nearestName, slipOf } from './nearest-name.ts'
export { OperationError, OpschartError, type ErrorCode, type OperationFailure } from './errors.ts'
export { isFailedRequest, isRequest, type LogEntry } from './log-entry.ts'
export { serviceSchema, type Service, type ServiceConfiguration } from './service.ts'
export type { Deployment, OperationInput, ReleaseFacts } from './release.ts'
export type { Cancellation } from './ports/cancellation.ts'
export { wait, type Clock } from './ports/clock.ts'
export type { Crypto } from './ports/crypto.ts'
export {
  changeKinds,
  type Changes,
  type Footprint,
  type ProgramOptions,
  type ProgramResult,
  type Task,
  type TaskContext,
} from './ports/task.ts'
export type { Report, Watcher, WatcherContext } from './ports/watcher.ts'
export type {
  Decision,
  Fact,
  ActorFilter,
  HistoryQuery,
  JournalRow,
  SignalKey,
  Store,
  StoredActor,
  StoredWork,
  WorkFilter,
  Timer,
  Unit,
  UnitOutcome,
  Work,
} from './ports/store.ts'
export { rowHash, rowHashOfText } from './chain.ts'
export { baseDigest, cutNoteOf, type CutNote } from './base-digest.ts'
export type { BaseState, Beginning, Cut, Pruning } from './ports/pruning.ts'
export type { StoreRecord, Transfer } from './ports/transfer.ts'
export { exportStore } from './transfer/export-store.ts'
export { importStore, type Imported } from './transfer/import-store.ts'
export { timerText } from './timer-text.ts'
export { redact, redactJson } from './redact.ts'
export {
  createLifecycle,
  defineLifecycle,
  arrowsOf,
  type Lifecycle,
  type LifecycleOptions,
} from './law/lifecycle.ts'
export { releaseLifecycle, type Phase } from './release/release.lifecycle.ts'
export {
  createKernel,
  errorJson,
  type ActorState,
  type Kernel,
  type KernelOptions,
  type Step,
  type StepAt,
} from './kernel.ts'
export { checkMachine, isMachine } from './machine/check-machine.ts'
export { machineDefinition } from './machine/machine-definition.ts'
export {
  fromOperation,
  operationOf,
  type Operation,
  type OperationGiven,
  type OperationOptions,
} from './machine/from-operation.ts'
export { misfires, type Migration, type Misfire } from './machine/migration.ts'
export type { ActorView, FitView, PastView } from './ports/actor-view.ts'
export type { OfferedVersion, VersionsView } from './ports/versions-view.ts'
export type { AuditView, PruneView } from './ports/audit-view.ts'
export type { RecordView } from './ports/record-view.ts'
export type { Pause, StatusView, ViolationView } from './ports/status-view.ts'
export { withStatus } from './with-status.ts'
export type {
  ActAnswer,
  Client,
  DigestView,
  ForeseeingClient,
  LifecycleView,
  LogEntryView,
  MeasureView,
  OperationView,
  Sender,
  ServiceView,
  TimerView,
} from './ports/runtime.ts'
export {
  mostSupposed,
  type SupposedOutcome,
  type SupposedSignal,
  type Supposition,
  type WhatIfView,
  type WhoMayView,
} from './ports/what-if.ts'
export type { Allowed, Verdict, VerdictKind } from './verdict.ts'
export type { Autonomy, LawEvent, LawFacts, OperationFacts } from './law/law-event.ts'
export type { LifecycleContext, OperationRecord, OperationStatus, Warrant } from './law/lifecycle-context.ts'
export type { Effect } from './effect.ts'
export type { Emission } from './law/emission.ts'
export type { Arrow, LifecycleDefinition, PhaseDefinition } from './law/definition.ts'
export type { Gate, GateQuestion } from './law/gates.ts'
export { allowedIn, contextOf, decide, explain, looksAtData, phaseOf, type Decided } from './law/decide.ts'
export { nearestAdmitting, phasesAllowing, successors } from './law/topology.ts'
export { unknownPhase } from './law/move-reason.ts'
export { openChannels } from './law/allowed.ts'
export { refusalOfOpening } from './law/may-open.ts'
export { route, openingSignals, type Route } from './routing.ts'
export {
  emptyService,
  predecessorOf,
  type Incident,
  type ReleaseEntry,
  type ServiceState,
} from './release/service-state.ts'
export { changeService, type ServiceChange } from './release/service-change.ts'
export { releaseWorkflows } from './release/release-workflows.ts'
export { milliseconds, parseDuration, type Duration } from './duration.ts'
export { tasksOf, type StepDefinition, type WorkflowDefinition } from './workflow/definition.ts'
export { workflowMachine, type OperationRequest } from './workflow/workflow-machine.ts'
export { entryOf, takenReason, writtenEntry, type EntryKind, type JournalEntry } from './journal.ts'
export {
  feedbackLoopMachine,
  type FeedbackLoop,
  type LoopContext,
  type Measured,
} from './rules/feedback-loop.ts'
export type { LifecycleInput } from './law/lifecycle-context.ts'
export { emptyContext, foldContext, pendingOf, type OperationalContext } from './context.ts'
export { checkLaw, type CheckOptions, type Finding, type FindingKind } from './law/check.ts'
export { shellWord } from './shell-word.ts'
export type { LawInvariant } from './law/invariant.ts'
export {
  activeIn,
  statesOf,
  type ArrowKind,
  type ArrowView,
  type ChartView,
  type StateKind,
  type StateView,
} from './inspection/chart-view.ts'
export { arrowTaken } from './inspection/arrow-taken.ts'
export {
  coverageOf,
  coverageOfInspection,
  gatherCoverage,
  gatherInspection,
  type Coverage,
  type CoverageGathering,
  type CoveredChart,
} from './inspection/coverage.ts'
export { differenceOf, type Change, type ChartDifference } from './inspection/difference.ts'
export { chartOfConfig } from './inspection/chart-of-config.ts'
export { chartOfLaw } from './inspection/chart-of-law.ts'
export {
  inspectionProtocol,
  type InspectionMessage,
  type InspectionStep,
  type SeenState,
} from './inspection/messages.ts'
export {
  inspect,
  inspectionLimits,
  nothingInspected,
  type Inspected,
  type InspectedActor,
  type InspectedSource,
  type InspectionLimits,
} from './inspection/inspected.ts'
export {
  eitherReader,
  statelyReader,
  xstate4Reader,
  type InspectionReader,
} from './inspection/other-inspectors.ts'
export { xstateReader } from './inspection/xstate-reader.ts'
export { configOfChart, statelyWriter, type StatelyMessage } from './inspection/stately-writer.ts'
