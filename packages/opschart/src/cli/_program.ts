import type { Composition, LawFinding } from './_composition.ts'

/** Findings that leave a law working: something in it does nothing. */
const harmless: readonly string[] = ['idle_agent', 'unused_action', 'unused_gate', 'unused_workflow']

/** The program itself. */
export const composition: Composition = {
  startDaemon: async (options) => (await import('../daemon.ts')).startDaemon(options),
  openLocal: async (options) => (await import('../daemon.ts')).openLocal(options),
  inspectLocal: async (options) => (await import('../daemon.ts')).inspectLocal(options),
  openBrowser: async (address, environment, clock) =>
    (await import('./_browser.ts')).openBrowser(address, environment, clock),
  confirm: async (question) => (await import('./_confirm.ts')).confirmHere(question),
  async loadConfiguration(root) {
    const [{ loadConfiguration }, { builtinTasks }] = await Promise.all([
      import('../config/load-configuration.ts'),
      import('@opschart/agents'),
    ])
    return loadConfiguration(root, { tasks: builtinTasks() })
  },
  async lawOf(configuration) {
    if (configuration === undefined) return (await import('@opschart/core')).releaseLifecycle
    return (await import('../config/law-of.ts')).lawOf(configuration)
  },
  async checkLaw(law) {
    const { checkLaw } = await import('@opschart/core')
    return checkLaw(law).map(({ kind, text, path }): LawFinding => ({
      severity: harmless.includes(kind) ? 'warning' : 'error',
      message: text,
      ...(path === undefined ? {} : { path }),
    }))
  },
  formatProblem: async (problem, options) =>
    (await import('../config/format-problem.ts')).formatProblem(problem, options),
  propose: async (root) => (await import('../config/propose-configuration.ts')).proposeConfiguration(root),
  writeProposal: async (proposal) => (await import('../config/write-proposal.ts')).writeProposal(proposal),
  rehearse: async (options) => (await import('../rehearse.ts')).rehearse(options),
  runDemo: async (options) => (await import('../demo/run.ts')).runDemo(options),
}
