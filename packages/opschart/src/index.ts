export {
  createLifecycle,
  defineLifecycle,
  OperationError,
  OpschartError,
  releaseLifecycle,
  type Client,
  type Lifecycle,
  type LifecycleView,
  type LogEntryView,
  type Principal,
  type Sender,
  type Service,
  type Signal,
  type SignalDraft,
  type StatusView,
  type Store,
  type Task,
  type TaskContext,
  type Verdict,
  type Watcher,
} from '@opschart/core'
export { commandTask, createRuntime, memoryStore, type Runtime, type RuntimeOptions } from '@opschart/runtime'
export { defineConfiguration } from './config/define-configuration.ts'
