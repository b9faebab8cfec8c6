export { createAppHub, type AppConnection, type AppHub, type AppHubOptions } from './hub.ts'
export { serveApps, type AppDoor, type AppDoorOptions } from './serve-apps.ts'
