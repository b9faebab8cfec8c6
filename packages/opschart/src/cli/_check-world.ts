import type { Configuration } from '../config/configuration.ts'
import type { LawFinding } from './_composition.ts'
import { findProgram, programProblem } from './_find-program.ts'

/** What a configuration says that this machine does not have, and what it leaves unsaid: all of it may be meant so. */
export async function checkWorld(root: string, configuration: Configuration): Promise<LawFinding[]> {
  const { services, agents, extension } = configuration
  const named = Object.entries(services)
  const nothing = named.length === 0 && Object.keys(extension.machines).length === 0
  const programs = [
    ...named.flatMap(([name, { deploy, rollback, test, version }]) => [
      ...Object.entries({ deploy, rollback, test }).map(([key, argv]) => [`${name}: ${key}`, argv] as const),
      [
        `${name}: version`,
        version !== undefined && 'command' in version ? version.command : undefined,
      ] as const,
    ]),
    ...Object.entries(agents).flatMap(([agent, { tasks }]) =>
      Object.entries(tasks).map(([task, { run }]) => [`${agent}.${task}: run`, run] as const),
    ),
  ]
  const missing = programs.map(async ([place, argv]): Promise<LawFinding[]> => {
    const [program] = argv ?? []
    const found = program === undefined ? '' : await findProgram(root, program)
    if (typeof found === 'string') return []
    return [{ severity: 'warning', message: `${place}: ${programProblem(program!, found)}` }]
  })
  return [
    ...(nothing
      ? [
          {
            severity: 'warning' as const,
            message:
              'no service is named, so nothing is watched; name one under services, or run `opschart init`',
          },
        ]
      : []),
    ...(await Promise.all(missing)).flat(),
  ]
}
