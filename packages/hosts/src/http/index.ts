export { connect, type ConnectOptions, type RemoteClient } from './connect.ts'
export type { DoorOptions, Inspector, InspectorAsked, InspectorPlace } from './door.ts'
export type { InspectedApps } from './inspection-stream.ts'
export { guardedClient } from './local-client.ts'
export { createControl, type Control, type Controlled } from './control.ts'
export type { DoorView, Versions } from './page-questions.ts'
export {
  createPeople,
  type Act,
  type People,
  type PeopleOptions,
  type PersonAnswer,
  type PersonRequest,
} from './people.ts'
export { confirmed, type PersonAtTerminal } from './person-at-terminal.ts'
export type { OpenTerminal, ProcessFacts, ProcessTable } from './process-table.ts'
export { serveLoopback, type LoopbackOptions, type LoopbackServer, type PageFile } from './serve-loopback.ts'
export { serveSocket, type SocketOptions, type SocketServer } from './serve-socket.ts'
export { prepareFolder, socketPathOf } from './socket-place.ts'
export { systemProcesses } from './system-processes.ts'
export { findToken, type LeftToken } from './token-file.ts'
export type { DaemonFacts, InspectedBeside } from './wire.ts'
