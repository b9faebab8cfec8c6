import type { RuntimePlace } from './runtime-case.ts'
import { approvalCases } from './runtime-cases-approvals.ts'
import { autonomyCases } from './runtime-cases-autonomy.ts'
import { doorCases } from './runtime-cases-doors.ts'
import { footprintCases } from './runtime-cases-footprints.ts'
import { incidentCases } from './runtime-cases-incidents.ts'
import { machineDoorCases } from './runtime-cases-machine-doors.ts'
import { machineCases } from './runtime-cases-machines.ts'
import { releaseCases } from './runtime-cases-releases.ts'
import { routingCases } from './runtime-cases-routing.ts'
import { ruleCases } from './runtime-cases-rules.ts'
import { signalCases } from './runtime-cases-signals.ts'
import { treeCases } from './runtime-cases-trees.ts'
import { trustCases } from './runtime-cases-trust.ts'
import { waitingCases } from './runtime-cases-waiting.ts'
import type { Case } from './store-case.ts'

/**
 * What every runtime promises. Each case takes a fresh place, opens runtimes there, and closes them.
 *
 * ```ts
 * for (const { name, run } of runtimeCases) it(name, () => run(() => myPlace()))
 * ```
 */
export const runtimeCases: readonly Case<RuntimePlace>[] = [
  ...signalCases,
  ...doorCases,
  ...waitingCases,
  ...approvalCases,
  ...autonomyCases,
  ...routingCases,
  ...releaseCases,
  ...incidentCases,
  ...footprintCases,
  ...ruleCases,
  ...trustCases,
  ...machineCases,
  ...machineDoorCases,
  ...treeCases,
]
