import type { Client, Clock, ForeseeingClient, Lifecycle, PruneView } from '@opschart/core'
import type { InspectorAsked, InspectorPlace } from '@opschart/hosts/http'
import type { PruneOptions } from '@opschart/runtime'

import type { Configuration } from '../config/configuration.ts'
import type { Problem } from '../config/problem.ts'
import type { Proposal } from '../config/propose-configuration.ts'
import type { WrittenFile } from '../config/write-proposal.ts'
import type { DemoResult } from '../demo/ending.ts'
import type { DemoOptions } from '../demo/run.ts'
import type { LocalInspector } from '../inspect-local.ts'
import type { Rehearsal, RehearsalOptions } from '../rehearse.ts'
import type { Question } from './_confirm.ts'

/** A daemon that runs in this process. */
export interface RunningDaemon {
  readonly client: Client
  /** The inspector, where it was opened at once. */
  readonly inspect?: InspectorPlace
  close(): Promise<void>
}

/** What a walk over a law found. */
export interface LawFinding {
  /** `error`: the law cannot work as it is meant; `warning`: it works, and something in it does nothing. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** The shortest list of signals that leads to it, where there is one. */
  readonly path?: readonly string[]
}

/** The rest of the program as commands see it. Each member loads what it needs when it is called. */
export interface Composition {
  startDaemon(options: {
    root: string
    onLine: (line: string) => void
    onDown: () => void
    inspect?: InspectorAsked
  }): Promise<RunningDaemon>
  /** Opens the store of a project without a daemon, for one command. */
  openLocal(options: { root: string; onLine: (line: string) => void }): Promise<{
    client: ForeseeingClient
    prune(options: PruneOptions): Promise<PruneView>
    close(): Promise<void>
  }>
  /** Opens the inspector of a project's store without a daemon, or finds the one that is open. */
  inspectLocal(
    options: InspectorAsked & { root: string; onLine: (line: string) => void },
  ): Promise<LocalInspector>
  /** Opens an address in this user's browser. Whether one was found. */
  openBrowser(
    address: string,
    environment: Readonly<Record<string, string | undefined>>,
    clock: Clock,
  ): Promise<boolean>
  /** Has the person at this terminal say yes, and gives their name. */
  confirm(question: Question): Promise<string>
  loadConfiguration(root: string): Promise<{
    readonly configuration: Configuration | undefined
    readonly source: string | null
    readonly problems: readonly Problem[]
  }>
  /** The law of a configuration; the default one without. */
  lawOf(configuration: Configuration | undefined): Promise<Lifecycle>
  checkLaw(law: Lifecycle): Promise<readonly LawFinding[]>
  formatProblem(problem: Problem, options: { colour: boolean }): Promise<string>
  /** Looks at a project; writes nothing. */
  propose(root: string): Promise<Proposal>
  /** Writes a proposal's files, and never over anything. */
  writeProposal(proposal: Proposal): Promise<readonly WrittenFile[]>
  rehearse(options: RehearsalOptions): Promise<Rehearsal>
  runDemo(options: DemoOptions): Promise<DemoResult>
}
