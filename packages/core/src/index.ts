export { canonicalJson, type Json, type JsonObject } from './json.ts'
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
  HistoryQuery,
  JournalRow,
  Store,
  StoredActor,
  StoredWork,
  Timer,
  Unit,
  UnitOutcome,
  Work,
} from './ports/store.ts'
export { rowHash } from './chain.ts'
