import { decisions } from './_commands-decide.ts'
import { commonOptions, inspectorOptions, personRemark, type CommandDefinition } from './_definition.ts'

/** Every command, in the order of help. */
export const commands: readonly CommandDefinition[] = [
  {
    name: 'init',
    summary: 'look at this project, propose a configuration, write it, and adopt what runs',
    group: 'run',
    operands: [],
    options: {
      yes: { summary: 'write what is proposed without asking; also what happens in a pipe', short: 'y' },
    },
    examples: [
      ['opschart init', 'asks about each file before it is written, and which release runs'],
      ['opschart init --yes --json', 'writes all of it, and says what'],
    ],
    exits: [0, 1, 2, 3],
    load: () => import('./init.ts'),
  },
  {
    name: 'up',
    summary: 'run the daemon here, with a live timeline',
    group: 'run',
    operands: [],
    options: {
      detach: { summary: 'start it in the background, wait until it answers, print its process', short: 'd' },
      inspect: { summary: 'open the inspector, too, and print its address' },
      ...inspectorOptions,
    },
    examples: [
      ['opschart up', 'until Ctrl-C, or `opschart down` elsewhere'],
      ['opschart up --detach', 'in the background; its words go to .opschart/daemon.log'],
    ],
    exits: [0, 1, 2, 5],
    load: () => import('./up.ts'),
  },
  {
    name: 'down',
    summary: 'end the daemon, and wait until it has ended',
    group: 'run',
    operands: [],
    options: {},
    examples: [['opschart down', 'what runs is taken up again by the next `opschart up`']],
    exits: [0, 1, 2, 5],
    load: () => import('./down.ts'),
  },
  {
    name: 'status',
    summary: 'services, releases, and what is going on',
    group: 'look',
    operands: [
      { name: 'actor', summary: 'one actor of a machine of the configuration (order/42)', optional: true },
    ],
    options: {
      at: { summary: 'what it was after a row of the journal; a release or workflow run, too', value: 'row' },
    },
    examples: [
      ['opschart status', 'the whole picture'],
      ['opschart status order/42', 'where one actor of a machine stands, and what it waits for'],
      ['opschart status web/v2 --at 120', 'where a release stood after row 120'],
      ['opschart status --json | jq .services', 'for a script'],
    ],
    exits: [0, 1, 2],
    load: () => import('./status.ts'),
  },
  {
    name: 'log',
    summary: 'the journal: each signal, decision and result',
    group: 'look',
    operands: [{ name: 'actor', summary: 'only rows of this release or workflow run', optional: true }],
    options: {
      follow: { summary: 'go on with what comes', short: 'f' },
      lines: { summary: 'how many of the latest rows; 40 when absent', value: 'number', short: 'n' },
      from: { summary: 'from this row on, oldest first', value: 'row' },
      head: { summary: 'print the journal’s head, to keep elsewhere and audit against' },
    },
    examples: [
      ['opschart log --follow', 'the latest rows, and what comes'],
      ['opschart log web/v2 -n 10', 'the last ten decisions on a release'],
      ['opschart log --head', 'sequence and hash of the last row'],
    ],
    exits: [0, 1, 2, 5],
    load: () => import('./log.ts'),
  },
  {
    name: 'why',
    summary: 'why something is as it is',
    group: 'look',
    operands: [
      { name: 'about', summary: 'a release, a row (12 or #12), or the id of a signal or operation' },
    ],
    options: {},
    examples: [
      ['opschart why web/v2', 'the decisions that brought it where it is'],
      ['opschart why 12', 'one row, and what caused it'],
    ],
    exits: [0, 1, 2],
    load: () => import('./why.ts'),
  },
  {
    name: 'digest',
    summary: 'while you were away: counts, and what mattered',
    group: 'look',
    operands: [],
    options: {
      since: {
        summary: 'a length of time (8h, 2d) or a moment (2026-03-02T18:00); 24h when absent',
        value: 'when',
      },
    },
    examples: [['opschart digest --since 8h', 'what happened overnight']],
    exits: [0, 1, 2],
    load: () => import('./digest.ts'),
  },
  {
    name: 'chart',
    summary: 'draw the law: phases, who may act, and the arrows',
    group: 'look',
    operands: [],
    options: {
      lifecycle: { summary: 'mark the phase of this release', value: 'release', short: 'l' },
      watch: { summary: 'draw it anew with each row; in a pipe, a line for each change', short: 'w' },
      against: { summary: 'say what has changed since a commit, or a saved chart --json', value: 'version' },
      mermaid: { summary: 'print a Mermaid state diagram' },
      svg: { summary: 'draw it into this file, written over if it is there', value: 'file' },
      direction: { summary: 'of the drawing: down (default) or right', value: 'direction' },
      theme: { summary: 'of the drawing: light, dark, or auto (default)', value: 'theme' },
    },
    examples: [
      ['opschart chart --lifecycle web/v2', 'where it stands, and what may come next'],
      ['opschart chart --watch', 'live, until Ctrl-C'],
      ['opschart chart --mermaid > chart.mmd', 'for a document'],
      ['opschart chart --against main --svg law.svg', 'both versions on one drawing'],
      ['opschart chart -l web/v2 --svg release.svg --theme dark', 'a picture of where it stands'],
    ],
    exits: [0, 1, 2, 5],
    load: () => import('./chart.ts'),
  },
  {
    name: 'inspect',
    summary: 'watch the law at work, in a browser: the chart, the past, what would be',
    group: 'look',
    operands: [],
    options: {
      control: { summary: 'let one browser act as you, for 12 hours' },
      'no-open': { summary: 'print the address, and open no browser' },
      ...inspectorOptions,
    },
    examples: [
      ['opschart inspect', 'the daemon’s page; without a daemon the store’s, until Ctrl-C'],
      ['opschart inspect --control', 'at a terminal: the page may approve, reject, send and resume, too'],
      ['opschart inspect --apps', 'other XState apps of this machine are shown beside it'],
    ],
    exits: [0, 1, 2, 3, 5],
    remark:
      'The page is served to this machine alone, and to who has the address. The port is the project’s own; the token behind the # ' +
      'lasts until the daemon ends: after `opschart down` there is another. After a crash the next `opschart up` opens the page ' +
      'again, at the same address. ' +
      `It changes nothing without --control, whose address is good for two minutes, once, and never opened by itself: paste it. ${personRemark}`,
    load: () => import('./inspect.ts'),
  },
  {
    name: 'check',
    summary: 'check the configuration and the law',
    group: 'look',
    operands: [],
    options: {},
    examples: [['opschart check', 'each problem with its line, and what would be right']],
    exits: [0, 1, 2],
    load: () => import('./check.ts'),
  },
  {
    name: 'audit',
    summary: 'check the journal’s chain of hashes, and replay it',
    group: 'look',
    operands: [],
    options: {
      head: { summary: 'a head that was kept elsewhere (`opschart log --head`)', value: 'row:hash' },
    },
    examples: [['opschart audit --head 1042:9f2c…', 'also finds rows that were cut off at the end']],
    exits: [0, 1, 2],
    load: () => import('./audit.ts'),
  },
  {
    name: 'store',
    summary: 'move the store, prune its journal, or see what a changed configuration does to it',
    group: 'look',
    operands: [
      { name: 'what', summary: 'export, import, prune or migrate' },
      { name: 'file', summary: 'where to, or where from; an export without one is printed', optional: true },
    ],
    options: {
      'older-than': { summary: 'with prune: rows of the journal that are older go', value: 'duration' },
      plan: { summary: 'with migrate: what would become of each stored actor; nothing is changed' },
    },
    examples: [
      ['opschart store export backup.ndjson', 'everything durable, as checked lines; a daemon may run'],
      ['opschart store import backup.ndjson', 'into an empty store, whole or not at all'],
      [
        'opschart store prune --older-than 90d',
        'audits, asks, and lets the journal begin later; a daemon may run',
      ],
      ['opschart store migrate --plan', 'before a changed configuration is started'],
    ],
    exits: [0, 1, 2, 3],
    remark:
      'prune is for a person at a terminal: it says what would go, writes four digits there, and you type them back. ' +
      'It is refused in a pipe, below a coding agent, and for whatever a runner has started.',
    load: () => import('./store.ts'),
  },
  {
    name: 'doctor',
    summary: 'look at everything the daemon needs, and say the way out',
    group: 'look',
    operands: [],
    options: {},
    examples: [['opschart doctor', 'each thing: ok, to look at, or broken']],
    exits: [0, 1, 2],
    load: () => import('./doctor.ts'),
  },
  ...decisions,
  {
    name: 'rehearse',
    summary: 'see what would happen, on a copy, doing nothing',
    group: 'try',
    operands: [
      { name: 'fault', summary: 'what goes wrong in it: error_spike (when absent)', optional: true },
    ],
    options: { service: { summary: 'on which service; the first one when absent', value: 'service' } },
    examples: [
      ['opschart rehearse error_spike', 'this project’s law, rules and history against made-up requests'],
    ],
    exits: [0, 1, 2],
    load: () => import('./rehearse.ts'),
  },
  {
    name: 'demo',
    summary: 'watch an incident from deployment to roll-back, in a folder of its own',
    group: 'try',
    operands: [],
    options: {
      defect: {
        summary: 'which defect the second release brings',
        value: 'number',
        choices: ['1', '2', '3'],
      },
      inspect: { summary: 'watch it in the inspector, which stays open at the end until Ctrl-C' },
      crash: { summary: 'kill the daemon at each boundary of the roll-back' },
      keep: { summary: 'leave its folder, and say where it is' },
    },
    examples: [
      ['opschart demo', 'takes a minute, and touches nothing of yours'],
      ['opschart demo --inspect', 'the same, on the chart in a browser'],
    ],
    exits: [0, 1, 2],
    load: () => import('./demo.ts'),
  },
]

/** All options that a command takes. */
export function optionsOf(command: CommandDefinition | undefined) {
  return { ...command?.options, ...commonOptions }
}
