import type { Client, Lifecycle } from '@opschart/core'

import type { Configuration } from '../config/configuration.ts'
import type { Problem } from '../config/problem.ts'

/** A daemon that runs in this process. */
export interface RunningDaemon {
  readonly client: Client
  /** Resolves when the daemon was asked to end from outside (`opschart down`). */
  readonly ended?: Promise<void>
  close(): Promise<void>
}

/** What `opschart check` found in a law. */
export interface LawFinding {
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** The shortest list of signals that leads to it, where there is one. */
  readonly path?: readonly string[]
}

/** A file that `opschart init` would write. */
export interface ProposedFile {
  /** Relative to the project. */
  readonly path: string
  readonly state: 'new' | 'changed' | 'same' | 'kept'
  /** What would change, as a unified diff. */
  readonly diff: string
}

/** What `opschart init` proposes. */
export interface Proposal {
  readonly files: readonly ProposedFile[]
  /** What was found, one line each. */
  readonly found: readonly string[]
}

/** The rest of the program as commands see it. Each member loads what it needs when it is called. */
export interface Composition {
  startDaemon(options: { root: string; onLine?: (line: string) => void }): Promise<RunningDaemon>
  /** Opens the store of a project without a daemon, for one command. */
  openLocal(options: { root: string }): Promise<{ client: Client; close(): Promise<void> }>
  loadConfiguration(root: string): Promise<{ configuration: Configuration | null; source: string | null; problems: readonly Problem[] }>
  lawOf(configuration: Configuration): Promise<Lifecycle>
  defaultLaw(): Promise<Lifecycle>
  checkLaw(law: Lifecycle): Promise<readonly LawFinding[]>
  formatProblem(problem: Problem, options: { colour: boolean }): Promise<string>
  propose(root: string): Promise<Proposal>
  /** Writes the proposed files that are named; the paths that were written. */
  write(root: string, paths: readonly string[]): Promise<readonly string[]>
  rehearse(options: { root: string; fault?: string; out: (line: string) => void }): Promise<number>
  runDemo(options: { out: (line: string) => void; progress: (text: string) => void; json: boolean }): Promise<number>
}
