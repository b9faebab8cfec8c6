// Properties:
//   - Every mistake of one loop, service, workflow step, state, task or ambient rule is told in one run, each at its
//     own place and with the nearest right name.
//   - What only follows from another mistake is not told beside it.

import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../src/config/parse-configuration.ts'
import { knownTasks } from './known-tasks.ts'

const told = (text: string) =>
  parseConfiguration(text, 'operational.yaml', { tasks: knownTasks })
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ line, column, message, nearest, frame }) => {
      expect(frame).toContain('^')
      return `${line}:${column} ${message}${nearest === undefined ? '' : ` (${nearest}?)`}`
    })

describe('all that is wrong is told at once', () => {
  it('[R1] of one feedback loop', () => {
    expect(
      told(`feedback_loops:
  - name: error spike
    monitor: eror_rate
    treshold: 1%
    window: 60
    severity: HIHG
    cooldwn: 5m
    action: optimise
`),
    ).toEqual([
      '2:11 no name for a rule: write letters, digits and marks, such as error_spike',
      '3:14 eror_rate is not one of them (error_rate?)',
      '4:5 nothing is called treshold here (threshold?)',
      '4:15 a threshold is a number: write 0.01 for 1%',
      '5:13 60 has no unit: write 60s, 60m or 60h (units are ms, s, m, h or d)',
      '6:15 HIHG is not one of them (HIGH?)',
      '7:5 nothing is called cooldwn here (cooldown?)',
      '8:13 the action optimise names nothing (optimize?)',
    ])
    expect(
      told(`feedback_loops:
  - { name: a, monitor: error_rate, threshold: 2, clear: 3, for: soon, action: incident-response-agent.triaje }
  - { name: a, monitor: error_rate, threshold: '5', clear: 3, action: rollback }
`),
    ).toEqual([
      '2:48 an error rate is a share from 0 to 1, so it never passes 2',
      '2:58 clear is above the threshold: the rule would fire and clear at once',
      '2:66 no duration: write a number and its unit (ms, s, m, h or d), such as 15m',
      '2:80 incident-response-agent has no task triaje (incident-response-agent.triage?)',
      '3:13 a rule called a stands above',
      '3:48 a threshold is a number, not a text',
      '3:71 rollback is started by ROLLBACK_REQUESTED, which no rule may send',
    ])
  })

  it('[R1] of one feedback loop that lacks several members', () => {
    expect(told('feedback_loops: [{ clear: 0.1 }]')).toEqual([
      '1:18 name is missing: a rule is a text, such as error_spike',
      '1:18 monitor is missing',
      '1:18 threshold is missing: a threshold is a number',
      '1:18 action is missing: an action is a text that names a workflow or agent.task',
    ])
  })

  it('[R1] of one ambient rule, and each name of its condition', () => {
    expect(
      told(`ambient:
  - condition: eror_rate() > 1 && file_chnged('*.sql') && x.matches('a')
    action: schema_chang
    silent: true
    notify: true
    for: 5
`),
    ).toEqual([
      '2:16 no function is called eror_rate (error_rate?)',
      '2:16 no function is called file_chnged (file_changed?)',
      '2:16 matches is not allowed: its time has no limit',
      '3:13 the action schema_chang names nothing (schema_change?)',
      '5:13 silent and notify exclude each other',
      '6:10 5 has no unit: write 5s, 5m or 5h (units are ms, s, m, h or d)',
    ])
  })

  it('[R1] of one service', () => {
    expect(
      told(`services:
  web:
    logs: [../log.txt, 7, /etc/passwd]
    deploi: 7
    deploy: ./deploy {version}
    rollback: [./deploy, '{previuos}', '{versoin}']
    version: { comand: [./version] }
    health: localhost
    status_page: ~/status.html
    test: [sh, -c, 'npm test {version}']
`),
    ).toEqual([
      '3:12 ../log.txt leaves the project',
      '3:24 a text is expected, not the number 7',
      '3:27 /etc/passwd leaves the project',
      '4:5 nothing is called deploi here (deploy?)',
      '5:13 a command is an argument array, never a shell line: write [./deploy, "{version}"]',
      '6:26 nothing is filled in for {previuos} ({previous}?)',
      '6:40 nothing is filled in for {versoin} ({version}?)',
      '7:16 nothing is called comand here (command?)',
      '8:13 no address',
      '9:18 ~/status.html leaves the project',
      '10:20 a shell would read {version} as part of its script',
    ])
  })

  it('[R1] of what stands under a wrong name', () => {
    expect(
      told(`services:
  user service: { deploy: ./deploy, logs: [../x] }
workflows: { night job: [[test-executor, run]] }
states: { Review: { allowed_agents: [reviewr-agent] } }
autonomy: { a b: atc }
`),
    ).toEqual([
      '2:3 no name for a service: write letters, digits and marks, such as user-service',
      '2:27 a command is an argument array, never a shell line: write [./deploy]',
      '2:44 ../x leaves the project',
      '3:14 no name for a workflow: write letters, digits and marks, such as post_merge',
      '3:42 test-executor has no task run',
      '4:11 no name for a phase: write letters, digits and marks, such as PRODUCTION',
      '4:38 no agent is called reviewr-agent, and the name is very near reviewer-agent (reviewer-agent?)',
      '5:13 write default, an agent, or agent.task',
      '5:18 atc is not one of them (act?)',
    ])
  })

  it('[R1] of one step of a workflow, and of the steps beside it', () => {
    expect(
      told(`workflows:
  nightly:
    survives: maybe
    steps:
      - do: [monitoring-agnet, gather_metrics]
        compensate: [test-executor, run_integration_test]
        timeout: 15
        rety: { times: 1 }
        when: { decid.decision: rollback }
      - [documentation-agent, update_readm]
      - parallel:
          - [[documentation-agent, regenerate_api_doc], [monitoring-agent, 7]]
          - { do: [performance-optimizer-agent, baseline], optional: perhaps }
          - [monitoring-agnet, 7]
      - { signal: INCIDENT_RESOLVD, data: { a: { from: triaje.x } }, survives: 1 }
`),
    ).toEqual([
      '3:15 true or false is expected, not a text',
      '5:14 no agent is called monitoring-agnet (monitoring-agent?)',
      '6:37 test-executor has no task run_integration_test (run_integration_tests?)',
      '7:18 15 has no unit: write 15s, 15m or 15h (units are ms, s, m, h or d)',
      '8:9 nothing is called rety here (retry?)',
      '9:17 no earlier step is called decid',
      '10:31 documentation-agent has no task update_readm (update_readme?)',
      '12:36 documentation-agent has no task regenerate_api_doc (regenerate_api_docs?)',
      '12:76 a task is a text, such as run_integration_tests, not the number 7',
      '13:49 performance-optimizer-agent has no task baseline',
      '13:70 true or false is expected, not a text',
      '14:14 no agent is called monitoring-agnet (monitoring-agent?)',
      '14:32 a task is a text, such as run_integration_tests, not the number 7',
      '15:19 the law has no arrow for INCIDENT_RESOLVD (INCIDENT_RESOLVED?)',
      '15:80 true or false is expected, not the number 1',
    ])
  })

  it('[R1] of one state', () => {
    expect(
      told(`states:
  REVIEW:
    allowed_agents: [reviewr-agent, 7]
    auto_trigger: maybe
    next_states:
      STAGNG: { by: [wacher] }
      STAGING: { on: [CODE_MERGED, OPERATION_REQUESTED], by: [], gate: review_aproved, starts: postmerge }
      DEVELOPMENT: { on: CODE_MERGED, gate: 3, whoever: 1 }
`),
    ).toEqual([
      '3:22 no agent is called reviewr-agent, and the name is very near reviewer-agent (reviewer-agent?)',
      '3:37 an agent is a text, such as reviewer-agent, not the number 7',
      '4:19 true or false is expected, not a text',
      '6:7 no phase is called STAGNG (STAGING?)',
      '6:22 nobody who sends is called wacher (watcher?)',
      '7:36 OPERATION_REQUESTED belongs to the law itself: no arrow may take its place',
      '7:62 by names at least one sender',
      '7:72 no gate is called review_aproved (review_approved?)',
      '7:96 no workflow is called postmerge (post_merge?)',
      '8:7 CODE_MERGED leads from REVIEW to STAGING already',
      '8:45 gate is a name or a list of names',
      '8:48 nothing is called whoever here',
    ])
  })

  it('[R1] of one row of autonomy, a trigger, a task, and the inbox', () => {
    expect(
      told(`autonomy: { monitoring-agnet: atc, test-executor.run: 1 }
triggers: { TEST_FAILED: [nobody, 3, documentation-agent] }
agents: { janitor: { tasks: { clean: { run: [./clean, '{versoin}'], changes: all, timeout: 5 } } } }
inbox: { trusted: [CODE_MERGD, 4, ADOPTED] }
`),
    ).toEqual([
      '1:13 no agent is called monitoring-agnet (monitoring-agent?)',
      '1:31 atc is not one of them (act?)',
      '1:36 test-executor has no task run',
      '1:55 the number 1 is not one of them',
      '2:27 no agent is called nobody',
      '2:35 a text is expected, not the number 3',
      '2:38 documentation-agent has no task that answers TEST_FAILED',
      '3:55 nothing is filled in for {versoin} ({version}?)',
      '3:78 all is not one of them',
      '3:92 5 has no unit: write 5s, 5m or 5h (units are ms, s, m, h or d)',
      '4:20 the law has no arrow for CODE_MERGD (CODE_MERGED?)',
      '4:32 a signal is a text, such as CODE_MERGED, not the number 4',
      '4:35 ADOPTED is the word of person: no file may speak for them',
    ])
  })
})

describe('what only follows is not told', () => {
  it.each([
    [
      'a member under a misspelt name is not missing',
      'feedback_loops: [{ name: a, monitor: error_rate, treshold: 0.1, action: incident }]',
      ['1:50 nothing is called treshold here (threshold?)'],
    ],
    [
      'a phase is not out of reach when the way to it is misspelt',
      'states: { DEVELOPMENT: { next_states: [CANRY, REVIEW] }, CANARY: {} }',
      ['1:40 no phase is called CANRY (CANARY?)'],
    ],
    [
      'an agent is not forbidden by a list that could not be read',
      `agents: { janitor: { tasks: { sweep: { run: [./sweep], changes: nothing } } } }
states: { PRODUCTION: { allowed_agents: janitor } }
feedback_loops: [{ name: a, monitor: error_rate, threshold: 0.1, action: janitor.sweep }]`,
      ['2:41 allowed_agents is a list of agents, not a text'],
    ],
    [
      'a trigger is covered by the workflow whose name was misspelt',
      `states: { REVIEW: { next_states: { STAGING: { starts: postmerge }, DEVELOPMENT: null } } }
triggers: { CODE_MERGED: [monitoring-agent] }`,
      ['1:55 no workflow is called postmerge (post_merge?)'],
    ],
    [
      'a loop with a wrong threshold has no wrong clear',
      'feedback_loops: [{ name: a, monitor: error_rate, threshold: 1%, clear: 3, action: incident }]',
      ['1:61 a threshold is a number: write 0.01 for 1%'],
    ],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual(expected)
  })
})
