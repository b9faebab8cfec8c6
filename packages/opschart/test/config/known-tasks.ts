import { releaseWorkflows, tasksOf } from '@opschart/core'

const named = Object.values(releaseWorkflows).flatMap((workflow) => tasksOf(workflow))

/** The tasks that the default law's workflows name, as built-in ones; triage answers what a trigger may bring it. */
export const knownTasks = [...new Set(named)].map((name) => {
  const [agent = '', task = ''] = name.split('.')
  return { agent, task, answers: task === 'triage' ? ['TEST_FAILED', 'ERROR_THRESHOLD_EXCEEDED'] : [] }
})
