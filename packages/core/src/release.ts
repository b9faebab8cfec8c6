import type { JsonObject } from './json.ts'

/** A deployment that took place: one entry of a service's deployment history, oldest first. */
export interface Deployment {
  readonly lifecycle: string
  readonly version: string
  readonly commit: string | null
  /** When it went live, in milliseconds since 1970. */
  readonly time: number
}

/** What an operation is told about the release that it works for. Read from durable facts before it was decided. */
export interface ReleaseFacts {
  readonly lifecycle: string
  /** `user-service/v2.3.1` */
  readonly name: string
  readonly service: string
  /** The version; the commit's first 12 digits, or the branch, while nothing has named it. */
  readonly version: string
  readonly branch: string | null
  readonly commit: string | null
  /** The release that was live before this one; null when there is none to go back to. */
  readonly previous: {
    readonly lifecycle: string
    readonly version: string
    readonly commit: string | null
  } | null
  /** The service's deployments, oldest first, at most 20. */
  readonly deployments: readonly Deployment[]
}

/** What every operation gets as its input: the plan that an approval is bound to is made of it. */
export interface OperationInput {
  readonly release: ReleaseFacts
  /** The signal that started the workflow (or the trigger), bounded. */
  readonly signal: {
    readonly id: string
    readonly type: string
    readonly time: number
    readonly data: JsonObject
  }
  /** Outputs of the workflow's earlier steps by their task's name. */
  readonly results: JsonObject
  /** The workflow's run id, and the open incident's id where there is one. */
  readonly run: string
  readonly incident: string | null
}
