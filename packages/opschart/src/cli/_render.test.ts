// Properties:
//   - Each view says what matters in exactly these words, in 80 columns; nothing is cut where nobody looks.
//   - Colour adds escapes and changes no word.
//   - Text of the outside moves no cursor, makes no line and paints nothing, wherever it stands; what is too long is cut.

import { releaseLifecycle } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import {
  colourLook,
  digest,
  hostile,
  lifecycle,
  now,
  operation,
  plainLook,
  refusal,
  row,
  service,
  shown,
  status,
  verdict,
} from '../../test/views.ts'
import { renderVerdict } from './_answer.ts'
import { occupationOf, renderChart } from './_render-chart.ts'
import { renderChecks } from './_render-checks.ts'
import { renderDigest } from './_render-digest.ts'
import { renderLine, renderLines } from './_render-line.ts'
import { renderStatus } from './_render-status.ts'
import { renderWhy } from './_render-why.ts'
import { widthOf } from './_text.ts'
import { renderAudit } from './audit.ts'
import { renderPrune } from './_prune.ts'
import { renderRecord } from './promote.ts'

const daemon = { pid: 4711, version: '0.1.0', root: '/project', since: now - 3 * 3_600_000 }

describe('the timeline', () => {
  it('has a line for each row, and one for each day', () => {
    const rows = [
      row({
        sequence: 1,
        at: now - 86_400_000,
        kind: 'opened',
        verdict: null,
        moved: null,
        severity: null,
        text: 'web/search is opened',
      }),
      row(),
      row({
        sequence: 13,
        verdict: refusal(),
        moved: null,
        text: 'refused: REVIEW_APPROVED in INCIDENT (agent:reviewer-agent)',
      }),
      row({
        sequence: 14,
        verdict: { kind: 'ignored', reason: 'part of incident-7' },
        moved: null,
        text: 'ignored: part of incident-7',
      }),
      row({
        sequence: 15,
        kind: 'timer',
        verdict: null,
        moved: null,
        severity: null,
        text: 'time: acknowledgement on web/v2.3.1',
      }),
      row({
        sequence: 16,
        kind: 'act',
        verdict: null,
        moved: null,
        severity: null,
        text: 'person:maria: paused everything',
      }),
      row({
        sequence: 17,
        kind: 'problem',
        verdict: null,
        moved: null,
        severity: null,
        text: 'problem: .claude/events/log.ndjson:3 is no JSON',
      }),
    ]
    expect(shown(renderLines(rows, plainLook(80), { age: true }))).toMatchInlineSnapshot(`
      "── Sun 1 Mar 2026 ──
      12:00:00  24h #1     + web/search is opened
      ── Mon 2 Mar 2026 ──
      11:57:00   3m #12    ▶ ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT; inciden…
      11:57:00   3m #13    ✗ refused: REVIEW_APPROVED in INCIDENT (agent:reviewer-age…
      11:57:00   3m #14    · ignored: part of incident-7
      11:57:00   3m #15    ◷ time: acknowledgement on web/v2.3.1
      11:57:00   3m #16    ◆ person:maria: paused everything
      11:57:00   3m #17    ! problem: .claude/events/log.ndjson:3 is no JSON"
    `)
  })

  it('is painted by what a row means', () => {
    expect(
      shown([
        renderLine(row(), colourLook(100)),
        renderLine(row({ verdict: refusal(), moved: null }), colourLook(60)),
      ]),
    ).toMatchInlineSnapshot(`
      "␛[90m11:57:00 #12   ␛[39m ␛[1m␛[31m▶␛[39m␛[22m ERROR_THRESHOLD_EXCEEDED: ␛[1m␛[31mPRODUCTION → INCIDENT␛[39m␛[22m; incident_detected starts (rule:e…
      ␛[90m11:57:00 #12   ␛[39m ␛[31m✗␛[39m ␛[31mERROR_THRESHOLD_EXCEEDED: PRODUCTION → IN…␛[39m"
    `)
  })

  it('is not cut in a pipe, and harmless there too', () => {
    expect(renderLine(row({ text: 'x'.repeat(300), moved: null }), plainLook())).toContain('x'.repeat(300))
    expect(shown([renderLine(row({ text: hostile, moved: null }), plainLook())])).toMatchInlineSnapshot(
      `"11:57:00 #12    ✓ x\\u{1b}[2J\\u{1b}]0;owned\\u{7} fake line\\u{202e}txt.exe\\u{200b} 漢字 🙂"`,
    )
  })
})

describe('the status', () => {
  it('shows services, releases, their work, and what waits for a person', () => {
    expect(shown(renderStatus(status(), daemon, plainLook(80)))).toMatchInlineSnapshot(`
      "● daemon 4711, up 3 h · journal #1042
      ! 1 violation waits for a person: see \`opschart digest\`, answer with \`opschart
        adopt\`
      ‖ paused: agent:documentation-agent by person:maria (10:50:00, 1 h 10 min ago):
        docs freeze

      web  live v2.3.1
        incident incident-7: ERROR_THRESHOLD_EXCEEDED since 11:56:00 (4 min ago), not
        acknowledged
        rollback repeated within an hour and asks first now; to let it act again:
        opschart resume remedy:web
        error_spike firing: 12.00 % of 340 requests (limit 1.00 %)
        ● web/v2.3.1  INCIDENT  since 11:56:00 (4 min ago)
            ? incident-response-agent.roll_back waits for your answer 4f2a9c11
          web/search  STAGING   since Sun 1 Mar 2026 10:00 (1 d 2 h ago)
            ▸ test-executor.run_integration_tests attempt 2 41 of 80 passed
            … monitoring-agent.update_dashboards is queued (paused: service:web)
            … developer-agent.deploy waits for DEVELOPMENT, until 13:00:00 (in 1 h)
          and 1 retired

      Waits for you
        4f2a9c11 incident-response-agent.roll_back for web/v2.3.1
                 asked 2 min ago by workflow:rollback, expires in 58 min
                 rollback: ["./deploy","v2.3.0"]
                 opschart approve 4f2a9c11

      watching: git:web, inbox
      ! logs:web failing: logs/web.log: permission denied"
    `)
  })

  it('is the same text in colour', () => {
    const painted = renderStatus(status(), daemon, colourLook(80))
    // oxlint-disable-next-line no-control-regex -- the escapes that are looked for
    expect(painted.map((line) => line.replace(/\u001B\[[\d;]*m/g, ''))).toEqual(
      renderStatus(status(), daemon, plainLook(80)),
    )
    expect(shown(painted.slice(0, 8))).toMatchInlineSnapshot(`
      "␛[32m●␛[39m daemon 4711, up 3 h · journal #1042
      ! ␛[1m␛[31m1 violation waits for a person: see \`opschart digest\`, answer with \`opschart␛[39m␛[22m
        ␛[1m␛[31madopt\`␛[39m␛[22m
      ‖ ␛[33mpaused: agent:documentation-agent by person:maria (10:50:00, 1 h 10 min ago):␛[39m
        ␛[33mdocs freeze␛[39m

      ␛[1mweb␛[22m  live ␛[1mv2.3.1␛[22m
        ␛[31mincident incident-7: ERROR_THRESHOLD_EXCEEDED since 11:56:00 (4 min ago), not␛[39m"
    `)
  })

  it('says what to do where nothing is', () => {
    const empty = status({ services: [], pauses: [], violations: 0, watchers: [] })
    expect(shown(renderStatus(empty, null, plainLook(80)))).toMatchInlineSnapshot(`
      "○ no daemon runs · journal #1042

      No service yet. \`opschart init\` looks at this project and proposes a
      configuration.

      no watcher runs"
    `)
  })

  it('tells of actors that are parked, with the way out', () => {
    const parked = Array.from({ length: 7 }, (_, index) => ({
      actor: `order/${index}`,
      reason: 'on PAID: the guard broke',
      since: 1_767_225_600_000,
    }))
    const lines = renderStatus(
      status({ services: [], pauses: [], violations: 0, watchers: [], parked }),
      null,
      plainLook(90),
    )
    expect(shown(lines.slice(1, 3))).toMatchInlineSnapshot(`
      "! order/0 is parked since 00:00:00: on PAID: the guard broke. Mend it, then \`opschart
        resume actor:order/0\`"
    `)
    expect(lines.filter((line) => line.includes('is parked since'))).toHaveLength(5)
    expect(lines).toContain('  … and 2 more are parked')
  })

  it('keeps hostile text in its place', () => {
    const bad = status({
      services: [
        service({
          lifecycles: [
            lifecycle({
              name: hostile,
              version: hostile,
              operations: [operation({ status: 'running', progress: hostile })],
            }),
          ],
          measures: [{ rule: hostile, state: 'ok', value: null, samples: 0, threshold: 0.01, held: hostile }],
        }),
      ],
      pauses: [{ target: hostile, by: 'person:maria', at: now, reason: hostile }],
      watchers: [{ name: 'logs', state: 'failing', problem: hostile }],
    })
    const lines = renderStatus(bad, daemon, plainLook(80))
    expect(harmful(lines)).toEqual([])
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80)
  })
})

describe('the digest', () => {
  it('counts exactly, and says what mattered', () => {
    expect(shown(renderDigest(digest(), plainLook(80)))).toMatchInlineSnapshot(`
      "While you were away: since Sun 1 Mar 2026 22:00 (14 h ago)
      1 incident · 1 roll-back · 1 deployment · 12 operations · 1 failed · 1 refused
      41 signals

      ── Sun 1 Mar 2026 ──
      23:00:00          DEPLOYMENT_COMPLETE: STAGING → PRODUCTION (workflow:deploy)

      ── Mon 2 Mar 2026 ──
      11:56:00 HIGH     ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT
                        (rule:error_spike)

      Reports
        incidents/2026-03-02-web-v2.3.1.md

      Waits for you
        4f2a9c11 incident-response-agent.roll_back for web/v2.3.1
                 asked 2 min ago by workflow:rollback, expires in 58 min
                 rollback: ["./deploy","v2.3.0"]
                 opschart approve 4f2a9c11"
    `)
  })

  it('says that nothing happened', () => {
    const counts = Object.fromEntries(
      Object.keys(digest().counts).map((name) => [name, 0]),
    ) as unknown as ReturnType<typeof digest>['counts']
    expect(shown(renderDigest(digest({ counts, lines: [], waiting: [], reports: [] }), plainLook(80))))
      .toMatchInlineSnapshot(`
      "While you were away: since Sun 1 Mar 2026 22:00 (14 h ago)
      Nothing happened."
    `)
  })

  it('is harmless, in colour as well', () => {
    const bad = digest({
      lines: [{ at: now, text: hostile, severity: 'CRITICAL' }],
      reports: [hostile],
      waiting: [operation({ commands: { a: hostile } })],
    })
    expect(harmful(renderDigest(bad, plainLook(80)))).toEqual([])
    expect(shown(renderDigest(bad, colourLook(80)).slice(0, 5))).toMatchInlineSnapshot(`
      "␛[1mWhile you were away: since Sun 1 Mar 2026 22:00 (14 h ago)␛[22m
      ␛[31m1 incident␛[39m · ␛[35m1 roll-back␛[39m · ␛[32m1 deployment␛[39m · ␛[37m12 operations␛[39m · ␛[31m1 failed␛[39m · ␛[33m1 refused␛[39m
      ␛[37m41 signals␛[39m

      ␛[1m── Mon 2 Mar 2026 ──␛[22m"
    `)
  })
})

describe('why', () => {
  it('tells the chain, with the way out of a refusal', () => {
    const rows = [
      row({
        effects: [{ kind: 'spawn', key: 'k', id: 'i', src: 'incident_detected', input: {} }],
        timers: [
          { id: 'a', due: now + 720_000, what: 'a person is told', since: 12, pending: true },
          { id: 'b', due: now - 60_000, what: 'triage is tried again', since: 12, pending: false },
        ],
      }),
      row({
        sequence: 13,
        verdict: refusal(),
        moved: null,
        text: 'refused: REVIEW_APPROVED (agent:reviewer-agent)',
        cause: 'web/v2.3.1:9:0',
      }),
      row({
        sequence: 14,
        moved: null,
        text: 'waits',
        verdict: {
          kind: 'waiting',
          reason: 'deploy waits for DEVELOPMENT',
          phase: 'INCIDENT',
          awaiting: 'awaiting_DEVELOPMENT',
          expires: now + 60_000,
        },
      }),
    ]
    expect(shown(renderWhy('web/v2.3.1', rows, plainLook(80)))).toMatchInlineSnapshot(`
      "#12 11:57:00 (3 min ago) web/v2.3.1
         ▶ ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT; incident_detected starts
           (rule:error_spike)
           starts: incident_detected
           waits for: 12:12:00 (in 12 min): a person is told
           waited for: 11:59:00 (1 min ago): triage is tried again
           data: {"value":0.12}
         │
      #13 11:57:00 (3 min ago) web/v2.3.1
         ✗ refused: REVIEW_APPROVED (agent:reviewer-agent)
           because: REVIEW_APPROVED in INCIDENT: there is no such arrow
           INCIDENT allows: ROLLBACK_REQUESTED by workflow:incident_detected,
                            incident-response-agent, person; INCIDENT_RESOLVED by
                            anyone
           agents: incident-response-agent, monitoring-agent
           data: {"value":0.12}
           caused by: web/v2.3.1:9:0
         │
      #14 11:57:00 (3 min ago) web/v2.3.1
         … waits
           because: deploy waits for DEVELOPMENT
           waits for: DEVELOPMENT, until 12:01:00 (in 1 min)
           data: {"value":0.12}"
    `)
  })

  it('ends with what a release waits for, the next first, and since which row', () => {
    const due = [
      { id: 'b', due: now + 3_600_000, what: 'deploy is given up', since: null },
      { id: 'a', due: now + 720_000, what: 'a person is told, unless INCIDENT is left', since: 12 },
    ]
    const rows = [row({ timers: [{ ...due[1]!, pending: true }], data: {} })]
    expect(shown(renderWhy('web/v2.3.1', rows, plainLook(80), due))).toMatchInlineSnapshot(`
      "#12 11:57:00 (3 min ago) web/v2.3.1
         ▶ ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT; incident_detected starts
           (rule:error_spike)

      What it waits for
         ◷ 12:12:00 (in 12 min): a person is told, unless INCIDENT is left (since #12)
         ◷ 13:00:00 (in 1 h): deploy is given up"
    `)
  })

  it('says so when nothing explains it', () => {
    expect(shown(renderWhy(hostile, [], plainLook(80)))).toMatchInlineSnapshot(`
      "Nothing in the journal explains x\\u{1b}[2J\\u{1b}]0;owned\\u{7} fake
      line\\u{202e}txt.exe\\u{200b} 漢字 🙂.
      Ask about a release (web/v2), a row (#12), or the id of a signal or an
      operation; \`opschart log\` shows them."
    `)
  })

  it('is harmless', () => {
    const rows = [
      row({
        actor: hostile,
        text: hostile,
        cause: hostile,
        data: { [hostile]: hostile },
        verdict: refusal(hostile),
      }),
    ]
    const lines = renderWhy('x', rows, plainLook(80))
    expect(harmful(lines)).toEqual([])
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80)
  })
})

describe('a verdict', () => {
  it('says what was decided, and what would be allowed', () => {
    expect(
      shown([...renderVerdict(verdict(), plainLook(80)), '', ...renderVerdict(refusal(), plainLook(80))]),
    ).toMatchInlineSnapshot(`
      "✓ accepted: ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT; incident_detected
        starts
        web/v2.3.1 is in INCIDENT
        opschart why 12

      ✗ refused: REVIEW_APPROVED in INCIDENT: there is no such arrow
        web/v2.3.1 is in INCIDENT
        here: ROLLBACK_REQUESTED (workflow:incident_detected, incident-response-agent,
              person); INCIDENT_RESOLVED (anyone)
        agents: incident-response-agent, monitoring-agent
        opschart why 13"
    `)
  })

  it('says when it waits, and when it was known', () => {
    const waiting = {
      kind: 'waiting',
      reason: 'deploy waits',
      phase: 'STAGING',
      awaiting: 'awaiting_DEVELOPMENT',
      expires: now + 90_000,
      duplicate: true,
    } as const
    expect(shown(renderVerdict(waiting, plainLook(80)))).toMatchInlineSnapshot(`
      "… waiting: deploy waits (known already; this was the first answer)
        waits for: DEVELOPMENT, until 12:01:30 (in 1 min)"
    `)
  })
})

describe('the chart', () => {
  const { definition } = releaseLifecycle
  const occupation = occupationOf(status(), 'web/v2.3.1')

  it('has a box for each phase, as wide as the terminal, and marks where a release stands', () => {
    const lines = renderChart(definition, occupation, plainLook(80))
    expect(new Set(lines.slice(1).map(widthOf))).toEqual(new Set([80]))
    const text = shown(lines)
    expect(text.slice(text.indexOf('╭─ STAGING'), text.indexOf('╭─ PRODUCTION'))).toMatchInlineSnapshot(`
      "╭─ STAGING ──────────────────────────────────────────────────────── 1 release ─╮
      │ agents data-migration-agent, monitoring-agent                                │
      │ DEPLOYMENT_REQUESTED        ↺ stays         starts deploy                    │
      │   by person, rule · if post merge passed, deploy configured, nothing else    │
      │   under way                                                                  │
      │ DEPLOYMENT_COMPLETE         → PRODUCTION    starts post_deployment           │
      │   by workflow:deploy, watcher · if environment is production, request open   │
      │ DEPLOYMENT_FAILED           ↺ stays                                          │
      │   by workflow:deploy                                                         │
      │ DEPLOYMENT_REJECTED         → REVIEW                                         │
      │   by monitoring-agent, data-migration-agent, person, workflow:post_merge     │
      ╰──────────────────────────────────────────────────────────────────────────────╯
      "
    `)
    expect(text.slice(text.indexOf('┏'), text.indexOf('╭─ ROLLBACK'))).toMatchInlineSnapshot(`
      "┏━  INCIDENT  (acts unasked) ━━━━━━━━━━━━━━━━━━ ● live web/v2.3.1 · 1 release ━┓
      ┃ agents incident-response-agent, monitoring-agent                             ┃
      ┃ ROLLBACK_REQUESTED          → ROLLBACK      starts rollback                  ┃
      ┃   by workflow:incident_detected, incident-response-agent, person · if        ┃
      ┃   rollback possible                                                          ┃
      ┃ INCIDENT_RESOLVED           → PRODUCTION                                     ┃
      ┃   by workflow:incident_detected, incident-response-agent, rule, person · if  ┃
      ┃   measure cleared or person                                                  ┃
      ┃ INCIDENT_ACKNOWLEDGED       ↺ stays                                          ┃
      ┃   by person · if incident open                                               ┃
      ┃ SUPERSEDED                  → RETIRED                                        ┃
      ┃   by system                                                                  ┃
      ┃ ◷ after 15 min: escalate_unacknowledged                                      ┃
      ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      "
    `)
    expect(text.slice(text.indexOf('╭─ in every phase'))).toMatchInlineSnapshot(`
      "╭─ in every phase ─────────────────────────────────────────────────────────────╮
      │ agents documentation-agent                                                   │
      │ SCHEMA_CHANGED              ↺ stays         starts schema_change             │
      │   by watcher · if not drift in production · not in RETIRED                   │
      │ CODE_COMMITTED              ↺ stays                                          │
      │   by watcher                                                                 │
      │ VERSION_TAGGED              ↺ stays                                          │
      │   by watcher                                                                 │
      │ ERROR_THRESHOLD_CLEARED     ↺ stays                                          │
      │   by rule, watcher                                                           │
      │ ADOPTED                     → any                                            │
      │   by person                                                                  │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `)
  })

  it('names every phase, signal and workflow of the law', () => {
    const text = renderChart(definition, new Map(), plainLook(100)).join('\n')
    for (const [phase, { on }] of Object.entries(definition.phases)) {
      expect(text).toContain(` ${phase} `)
      for (const signal of Object.keys(on ?? {})) expect(text).toContain(signal)
    }
    for (const workflow of Object.keys(releaseLifecycle.workflows))
      expect(text).toContain(`starts ${workflow}`)
  })

  it('draws a law of one’s own, with moves and without agents', () => {
    const own = {
      id: 'own',
      agents: ['a'],
      initial: 'ONE',
      phases: { ONE: { allow: ['a'], moves: ['TWO'], on: { GO: 'TWO' } }, TWO: {} },
    }
    expect(shown(renderChart(own, new Map(), plainLook(48)))).toMatchInlineSnapshot(`
      "own · 2 phases · 1 agents · begins in ONE
      ╭─ ONE (first) ────────────────────────────────╮
      │ agents a                                     │
      │ GO  → TWO                                    │
      │   by anyone                                  │
      │ opschart move  → TWO                         │
      │   by person                                  │
      ╰──────────────────────────────────────────────╯
      ╭─ TWO ────────────────────────────────────────╮
      │ no agent acts here                           │
      ╰──────────────────────────────────────────────╯"
    `)
  })
})

describe('other views', () => {
  it('doctor sets the way out under what is wrong', () => {
    const checks = [
      { name: 'node', state: 'ok', found: '26.10.0' },
      {
        name: 'web: deploy',
        state: 'fail',
        found: './deploy is there, but may not be executed',
        remedy: 'chmod +x ./deploy',
      },
      { name: 'daemon', state: 'warn', found: hostile, remedy: 'start it with `opschart up --detach`' },
    ] as const
    expect(shown(renderChecks(checks, plainLook(60)))).toMatchInlineSnapshot(`
      "✓ node         26.10.0
      ✗ web: deploy  ./deploy is there, but may not be executed
                     → chmod +x ./deploy
      ! daemon       x\\u{1b}[2J\\u{1b}]0;owned\\u{7} fake
                     line\\u{202e}txt.exe\\u{200b} 漢字 🙂
                     → start it with \`opschart up --detach\`

      1 ok · 1 to look at · 1 broken"
    `)
  })

  it('audit names the row', () => {
    const head = { sequence: 9, hash: 'b'.repeat(64) }
    expect(shown(renderAudit({ rows: 9, pruned: 0, head, sound: true, fault: null }, true, plainLook(80))))
      .toMatchInlineSnapshot(`
      "✓ sound: 9 rows, each chained to the last and replayed to the same state, and h…
        head 9:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    `)
    expect(
      shown(
        renderAudit(
          {
            rows: 9,
            pruned: 0,
            head,
            sound: false,
            fault: { sequence: 4, what: 'its hash is not that of its content' },
          },
          false,
          plainLook(80),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "✗ not sound; row #4: its hash is not that of its content
        Keep a copy of .opschart/ as it is now, before anything else writes to it.
        head 9:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    `)
  })

  it('audit says where a pruned journal begins', () => {
    const head = { sequence: 109, hash: 'b'.repeat(64) }
    expect(shown(renderAudit({ rows: 9, pruned: 100, head, sound: true, fault: null }, false, plainLook(80))))
      .toMatchInlineSnapshot(`
      "✓ sound: 9 rows, each chained to the last and replayed to the same state
        begins with row 101: those before it were pruned
        head 109:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    `)
  })

  it('pruning says what went, what came back, and what stays unknown', () => {
    const head = { sequence: 109, hash: 'b'.repeat(64) }
    const audit = { rows: 109, pruned: 0, head, sound: true, fault: null }
    const view = { audit, pruned: 100, begins: 101, told: 110, unknown: 2 }
    expect(shown(renderPrune(view, 3_250_000, plainLook(undefined)))).toMatchInlineSnapshot(`
      "✓ pruned 100 rows: the journal begins with row 101, and row 110 tells of it
        the file gave back 3.1 MB
        2 actors were last decided by what is not in this configuration; they are audited by the chain alone until their next whole state"
    `)
  })

  it('a record comes before a promotion', () => {
    const record = {
      target: 'documentation-agent',
      changes: ['repository'],
      autonomy: 'observe',
      done: 12,
      failed: 1,
      observed: 4,
      rejected: 0,
      last: now - 60_000,
    } as const
    expect(shown(renderRecord(record, plainLook(80)))).toMatchInlineSnapshot(`
      "documentation-agent may now observe; it changes repository
        12 done · 1 failed · 4 only observed · 0 rejected · last 11:59:00 (1 min ago)"
    `)
  })
})

/** Lines with a character that a terminal would act on, or that turns the reading direction. */
function harmful(lines: readonly string[]): string[] {
  return lines.filter((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line))
}
