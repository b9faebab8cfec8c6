import type { OperationInput, Service } from '@opschart/core'

/** The environment that a service's production is: the last of its `environments`, `production` when it names none. */
export function productionEnvironment(service: Service): string {
  return service.environments?.at(-1) ?? 'production'
}

/**
 * What `{version}`, `{commit}`, `{environment}`, `{previous}` and `{service}` stand for in a service's commands. Null
 * where the release has no such thing; {@link substitute} refuses a command that needs it.
 */
export function releaseValues(input: OperationInput, service: Service): Record<string, string | null> {
  return {
    version: input.release.version,
    commit: input.release.commit,
    environment: productionEnvironment(service),
    previous: input.release.previous?.version ?? null,
    service: service.name,
  }
}
