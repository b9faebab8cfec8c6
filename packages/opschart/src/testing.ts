export {
  durableStoreCases,
  repeatableCrypto,
  simulatedClock,
  storeCases,
  type Case,
  type SimulatedClock,
  type StorePlace,
} from '@opschart/testing'
