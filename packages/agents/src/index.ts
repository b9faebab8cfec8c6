export { builtinTasks, deliveryTasks } from './delivery-tasks.ts'
export { incidentTasks } from './incident/incident-tasks.ts'
