export {
  createLawRun,
  durableStoreCases,
  holdToLaw,
  lawArbitraries,
  lawProperty,
  repeatableCrypto,
  simulatedClock,
  storeCases,
  type Case,
  type LawPropertyOptions,
  type SimulatedClock,
  type StorePlace,
} from '@opschart/testing'
