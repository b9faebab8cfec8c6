// Properties:
//   - Every mistake names file, line, column, what is wrong, and the nearest valid name where there is one.
//   - One mistake is one error: nothing that follows from it is told as well.
//   - Nothing comes out of a configuration with an error.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../src/config/parse-configuration.ts'
import { knownTasks } from './known-tasks.ts'

const folder = path.join(import.meta.dirname, 'fixtures', 'broken')

type Expected = readonly [
  line: number,
  column: number,
  length: number,
  nearest: string | undefined,
  message: string,
]

// The pin: fixture -> where its one mistake stands, and what it is told as.
const table: Record<string, Expected> = {
  'action-backup': [3, 13, 15, undefined, 'there is no built-in backup'],
  'action-names-nothing': [5, 13, 8, 'optimize', 'the action optimise names nothing'],
  'action-not-for-rules': [
    2,
    72,
    8,
    undefined,
    'rollback is started by ROLLBACK_REQUESTED, which no rule may send',
  ],
  'agent-never-allowed': [6, 17, 12, undefined, 'no phase allows backup-agent, so it could never do this'],
  'agent-without-changes': [
    4,
    7,
    13,
    undefined,
    'a task says what it changes: nothing, repository, monitoring or production',
  ],
  'autonomy-unknown-task': [4, 3, 22, 'developer-agent.deploy', 'developer-agent has no task deplyo'],
  'bare-limit': [3, 13, 2, undefined, '60 has no unit: write 60s, 60m or 60h (units are ms, s, m, h or d)'],
  'coming-key': [2, 82, 7, undefined, 'no_data comes in a later version: take it out'],
  'forbidden-signal': [4, 15, 11, undefined, 'nightly may not send ROLLED_BACK: only workflow:rollback may'],
  'inbox-person': [1, 20, 7, undefined, 'ADOPTED is the word of person: no file may speak for them'],
  'inbox-unknown-signal': [2, 26, 18, 'DEPLOYMENT_COMPLETE', 'the law has no arrow for DEPLOYMENT_COMPLET'],
  'key-twice': [4, 3, 3, undefined, 'web stands in this map twice'],
  'law-signal': [
    4,
    36,
    19,
    undefined,
    'OPERATION_REQUESTED belongs to the law itself: no arrow may take its place',
  ],
  'one-signal-twice': [5, 7, 11, undefined, 'CODE_MERGED leads from REVIEW to STAGING already'],
  'path-outside': [5, 9, 21, undefined, '../../var/log/web.log leaves the project'],
  'shell-injection': [3, 24, 20, undefined, 'a shell would read {version} as part of its script'],
  'shell-line': [
    3,
    13,
    18,
    undefined,
    'a command is an argument array, never a shell line: write [./deploy, "{version}"]',
  ],
  'step-timeout': [4, 16, 2, undefined, '15 has no unit: write 15s, 15m or 15h (units are ms, s, m, h or d)'],
  'threshold-percent': [2, 58, 2, undefined, 'a threshold is a number: write 0.01 for 1%'],
  'trigger-unknown-agent': [2, 35, 18, 'documentation-agent', 'no agent is called docmentation-agent'],
  'trigger-unknown-workflow': [2, 16, 16, 'incident_detected', 'no workflow is called incident_detectd'],
  'trigger-without-task': [2, 42, 19, undefined, 'documentation-agent has no task that answers TEST_FAILED'],
  'unknown-agent': [
    3,
    30,
    13,
    'reviewer-agent',
    'no agent is called reviewr-agent, and the name is very near reviewer-agent',
  ],
  'unknown-autonomy': [
    1,
    11,
    8,
    'observe',
    'autonomy is observe, ask or act, or a map of them by agent and agent.task',
  ],
  'unknown-function': [2, 18, 20, 'error_rate', 'no function is called eror_rate'],
  'unknown-gate': [4, 42, 14, 'review_approved', 'no gate is called review_aproved'],
  'unknown-monitor': [2, 35, 9, 'error_rate', 'eror_rate is not one of them'],
  'unknown-phase': [5, 9, 10, 'PRODUCTION', 'no phase is called PRODUCTOIN'],
  'unknown-placeholder': [3, 26, 12, '{previous}', 'nothing is filled in for {previuos}'],
  'unknown-result': [5, 45, 14, 'decide.decision', 'no earlier step is called decid'],
  'unknown-section': [2, 1, 13, 'feedback_loops', 'nothing is called feedback_loop here'],
  'unknown-sender': [4, 40, 6, 'watcher', 'nobody who sends is called wacher'],
  'unknown-service-key': [4, 5, 5, 'health', 'nothing is called helth here'],
  'unknown-signal': [4, 25, 16, 'INCIDENT_RESOLVED', 'the law has no arrow for INCIDENT_RESOLVD'],
  'unknown-started-workflow': [4, 43, 9, 'post_merge', 'no workflow is called postmerge'],
  'unknown-step-agent': [5, 14, 16, 'monitoring-agent', 'no agent is called monitoring-agnet'],
  'unknown-step-key': [3, 40, 4, 'retry', 'nothing is called rety here'],
  'unknown-step-task': [3, 23, 20, 'run_integration_tests', 'test-executor has no task run_integration_test'],
  'unreachable-phase': [3, 3, 6, undefined, 'nothing leads to CANARY'],
  'yaml-not-closed': [4, 1, 1, undefined, 'a bracket is not closed'],
  'yaml-tab': [3, 1, 1, undefined, 'a tab is no indentation'],
}

describe('a broken configuration', () => {
  it('has a row here for every fixture', () => {
    const names = readdirSync(folder).map((name) => name.replace('.yaml.txt', ''))
    expect(names.toSorted()).toEqual(Object.keys(table))
  })

  it.each(Object.entries(table))(
    '[R1] %s is told with its place',
    (name, [line, column, length, nearest, message]) => {
      const text = readFileSync(path.join(folder, `${name}.yaml.txt`), 'utf8')
      const { configuration, problems } = parseConfiguration(text, 'operational.yaml', { tasks: knownTasks })
      const errors = problems.filter(({ severity }) => severity === 'error')
      expect(errors.map((each) => [each.line, each.column, each.length, each.nearest, each.message])).toEqual(
        [[line, column, length, nearest, message]],
      )
      expect(configuration).toBeUndefined()
      const [before, carets] = caretLine(errors[0]!.frame)
      expect(carets).toBe(length)
      expect(before).toBeGreaterThan(0)
    },
  )
})

/** Where the carets of a frame begin and how many there are. */
function caretLine(frame: string): [number, number] {
  const line = frame.split('\n').find((each) => /^ +\| *\^+$/.test(each)) ?? ''
  return [line.indexOf('^'), line.length - line.indexOf('^')]
}
