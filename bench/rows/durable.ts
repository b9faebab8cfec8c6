import type { Row } from '../plan.ts'
import { groupCommit } from './group-commit.ts'
import { growth } from './growth.ts'
import { halfLoad } from './half-load.ts'
import { hookProcess } from './hook.ts'
import { kernelStep } from './kernel-step.ts'
import { otherEngines } from './peers.ts'
import { serialCommit } from './serial-commit.ts'
import { startUp } from './start-up.ts'

/** The benchmark of the durable runtime, row by row. */
export const durable: readonly Row[] = [
  kernelStep,
  serialCommit,
  groupCommit,
  otherEngines,
  halfLoad,
  growth,
  startUp,
  hookProcess,
]
