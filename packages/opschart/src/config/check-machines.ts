import { checkMachine, isMachine } from '@opschart/core'

import { mapOf } from './known-names.ts'
import type { Finding } from './problem.ts'

/** What is wrong with the machines that `opschart.config.ts` brings; a machine cannot be checked by a schema. */
export function machineFindings(machines: unknown, services: unknown): Finding[] {
  const wrong = (path: Finding['path'], message: string): Finding => ({
    severity: 'error',
    path,
    at: 'key',
    message,
  })
  if (machines === undefined) return []
  if (typeof machines !== 'object' || machines === null || Array.isArray(machines))
    return [wrong(['machines'], 'machines is a map of XState machines')]
  return Object.entries(machines as object).flatMap(([name, given]) => {
    const path = ['machines', name]
    const machine: unknown = isMachine(given) ? given : mapOf(given)['machine']
    if (!isMachine(machine))
      return [wrong(path, `machine ${name} is no XState machine; give one, or { machine }`)]
    const twice = Object.hasOwn(mapOf(services), name)
      ? [wrong(path, `${name} is a machine and a service; call one of them another name`)]
      : []
    return [...twice, ...checkMachine(machine).map((problem) => wrong(path, `machine ${name}, ${problem}`))]
  })
}
