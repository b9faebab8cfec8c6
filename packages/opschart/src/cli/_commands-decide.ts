import { personRemark, sessionRemark, type CommandDefinition, type OperandDefinition } from './_definition.ts'

const release: OperandDefinition = {
  name: 'release',
  summary: 'a release (web/v2), or a service for its live one (web)',
}
const operation: OperandDefinition = {
  name: 'operation',
  summary: 'the first digits of its plan, its id, or agent.task; needed when more than one waits',
  optional: true,
}
const reason = { summary: 'why, for the journal', value: 'text' } as const

/** Commands that change something: signals, and what only a person may do. */
export const decisions: readonly CommandDefinition[] = [
  {
    name: 'send',
    summary: 'send a signal',
    group: 'decide',
    operands: [
      release,
      { name: 'SIGNAL', summary: 'its type, such as REVIEW_APPROVED' },
      {
        name: 'key=value',
        summary: 'its data; a value that is JSON is taken as such',
        optional: true,
        many: true,
      },
    ],
    options: {
      inbox: { summary: 'send it as the inbox does: as a report that anyone may make, without being asked' },
      severity: {
        summary: 'how much it matters',
        value: 'severity',
        choices: ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
      },
      id: { summary: 'its id: the same one again is a duplicate, and gets the first answer', value: 'id' },
    },
    examples: [
      ['opschart send web/v2 DEPLOYMENT_REQUESTED', 'as the person at this terminal'],
      ['opschart send web TEST_FAILED suite=api --inbox', 'as a report'],
    ],
    exits: [0, 1, 2, 3, 4],
    remark: `${sessionRemark}\nOutside of a terminal, a signal is sent as the inbox does; with OPSCHART_TOKEN set, as that operation’s agent. A name that no arrow and no rule knows ends with 1, and the nearest are said.`,
    load: () => import('./send.ts'),
  },
  {
    name: 'start',
    summary: 'start an actor of a machine of the configuration',
    group: 'decide',
    operands: [
      { name: 'actor', summary: 'the machine and an id of its own: order/42' },
      {
        name: 'key=value',
        summary: 'its input; a value that is JSON is taken as such',
        optional: true,
        many: true,
      },
    ],
    options: {},
    examples: [['opschart start order/42 total=30', 'once: a second start is answered with the first']],
    exits: [0, 1, 2, 3],
    remark: sessionRemark,
    load: () => import('./start.ts'),
  },
  {
    name: 'approve',
    summary: 'say yes to an operation’s exact plan',
    group: 'decide',
    operands: [operation],
    options: { plan: { summary: 'only if its plan has this hash', value: 'hash' } },
    examples: [['opschart approve 4f2a9c11', 'the plan as `opschart status` shows it']],
    exits: [0, 1, 2, 3],
    remark: personRemark,
    load: () => import('./approve.ts'),
  },
  {
    name: 'reject',
    summary: 'say no to an operation, or cancel one that runs',
    group: 'decide',
    operands: [operation],
    options: { reason },
    examples: [['opschart reject 4f2a9c11 --reason "not before Monday"', 'it is not done']],
    exits: [0, 1, 2, 3],
    remark: sessionRemark,
    load: () => import('./reject.ts'),
  },
  {
    name: 'move',
    summary: 'take an arrow that has no signal',
    group: 'decide',
    operands: [release, { name: 'PHASE', summary: 'the phase that it leads to' }],
    options: {},
    examples: [['opschart move web/v2 CANARY', 'where the law has such an arrow']],
    exits: [0, 1, 2, 3],
    remark: personRemark,
    load: () => import('./move.ts'),
  },
  {
    name: 'adopt',
    summary: 'say where a release really is',
    group: 'decide',
    operands: [release, { name: 'PHASE', summary: 'the phase that it is in' }],
    options: {
      reason,
      version: { summary: 'the version that it is', value: 'version' },
      commit: { summary: 'the commit that it is', value: 'commit' },
      branch: { summary: 'the branch that it comes from', value: 'branch' },
    },
    examples: [
      ['opschart adopt web/v2 PRODUCTION --version v2 --reason "it was live before opschart"', 'takes it in'],
    ],
    exits: [0, 1, 2, 3],
    remark: personRemark,
    load: () => import('./adopt.ts'),
  },
  {
    name: 'pause',
    summary: 'stop new work of everything, a service, an agent or a rule',
    group: 'decide',
    operands: [
      {
        name: 'target',
        summary: 'everything (when absent), service:web, agent:deployer, rule:error_spike',
        optional: true,
      },
    ],
    options: { reason, now: { summary: 'cancel what runs, too' } },
    examples: [['opschart pause service:web --reason "looking at it"', 'what runs ends; nothing new starts']],
    exits: [0, 1, 2, 3],
    remark: sessionRemark,
    load: () => import('./pause.ts'),
  },
  {
    name: 'resume',
    summary: 'end a pause, or let a repeated remedy act again',
    group: 'decide',
    operands: [
      { name: 'target', summary: 'as it was paused; everything when absent; remedy:web', optional: true },
    ],
    options: {},
    examples: [['opschart resume service:web', 'its work goes on']],
    exits: [0, 1, 2, 3],
    remark: personRemark,
    load: () => import('./resume.ts'),
  },
  {
    name: 'promote',
    summary: 'let an agent or task do more (or less) by itself',
    group: 'decide',
    operands: [
      { name: 'target', summary: 'an agent, agent.task, or * for all' },
      { name: 'autonomy', summary: 'observe (decide and record), ask (a person approves) or act' },
    ],
    options: {},
    examples: [['opschart promote documentation-agent act', 'shows its record first']],
    exits: [0, 1, 2, 3],
    remark: personRemark,
    load: () => import('./promote.ts'),
  },
]
