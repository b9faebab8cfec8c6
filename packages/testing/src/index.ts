export type { Case, StorePlace } from './store-case.ts'
export { storeCases } from './store-cases.ts'
export { durableStoreCases } from './store-cases-durable.ts'
export { pruningStoreCases } from './store-cases-pruning.ts'
export { transferStoreCases } from './store-cases-transfer.ts'
export { simulatedClock, type SimulatedClock } from './simulated-clock.ts'
export { repeatableCrypto } from './repeatable-crypto.ts'
export {
  lawArbitraries,
  sampleLifecycle,
  type LawArbitraries,
  type LawArbitraryOptions,
  type LawStep,
  type OperationMove,
} from './law-arbitraries.ts'
export { createLawRun, type LawRun, type LawTaken } from './law-run.ts'
export { holdToLaw, lawProperty, type LawPropertyOptions } from './law-property.ts'
export { runtimeCase, type RunningRuntime, type RuntimePlace, type RuntimeSetup } from './runtime-case.ts'
export { runtimeCases } from './runtime-cases.ts'
export type {
  ActionLiteral,
  CaseLiteral,
  GuardLiteral,
  InvokeLiteral,
  MachineLiteral,
  StateLiteral,
  StepLiteral,
  TransitionLiteral,
} from './machines/machine-literal.ts'
export { machineOf, type OperationMaker } from './machines/machine-of.ts'
export { caseLiterals, machineLiterals, schedules } from './machines/machine-arbitraries.ts'
export { liveRun, pickOf, type LiveOptions, type LiveRun } from './machines/live-run.ts'
export { plain, type Observation, type SeenActor } from './machines/observation.ts'
export {
  compareWithLive,
  equalsLive,
  printedCase,
  type DurablePlace,
  type DurableRun,
} from './machines/compare-with-live.ts'
export {
  runtimePlace,
  type MachineRuntime,
  type MachineRuntimeSetup,
  type RuntimePlaceOptions,
  type StoreKeeper,
} from './machines/runtime-place.ts'
