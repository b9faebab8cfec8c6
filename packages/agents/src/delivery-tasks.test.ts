// Properties:
//   - Each task of the default workflows that is not about incidents or optimisation is here, once, and declares what
//     it changes.
//   - What changes production shows its commands before they run; what changes nothing writes nothing.

import { describe, expect, it } from 'vitest'

import { builtinTasks, deliveryTasks } from './index.ts'

const expected = {
  'contract-guardian.validate_change': 'nothing',
  'data-migration-agent.generate_migration': 'repository',
  'developer-agent.deploy': 'production',
  'documentation-agent.regenerate_api_docs': 'repository',
  'documentation-agent.update_deployment_guide': 'repository',
  'documentation-agent.update_readme': 'repository',
  'documentation-agent.update_runbook': 'repository',
  'documentation-agent.update_schema_docs': 'repository',
  'monitoring-agent.gather_metrics': 'nothing',
  'monitoring-agent.setup_alerts': 'monitoring',
  'monitoring-agent.setup_dashboard': 'monitoring',
  'monitoring-agent.setup_metrics': 'monitoring',
  'monitoring-agent.update_dashboards': 'monitoring',
  'monitoring-agent.verify_health': 'nothing',
  'monitoring-agent.watch_deployment': 'nothing',
  'performance-optimizer-agent.analyze_bottlenecks': 'nothing',
  'performance-optimizer-agent.baseline_performance': 'repository',
  'performance-optimizer-agent.setup_profiling': 'monitoring',
  'test-executor.run_integration_tests': 'nothing',
  'test-executor.test_migration': 'nothing',
}

describe('the built-in tasks', () => {
  it('are these, and change what they say', () => {
    const found = deliveryTasks().map(({ agent, task, changes }) => [`${agent}.${task}`, changes] as const)
    expect(Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)))).toEqual(expected)
    expect(found).toHaveLength(Object.keys(expected).length)
  })

  it('have one name each, a title and a time-out, and a plan where they change production', () => {
    const all = builtinTasks()
    expect(new Set(all.map(({ agent, task }) => `${agent}.${task}`)).size).toBe(all.length)
    for (const task of all) {
      expect(task.title, task.task).not.toBe('')
      expect(task.timeout, task.task).toBeGreaterThan(0)
      if (task.changes === 'production') expect('plan' in task, task.task).toBe(true)
    }
  })
})
