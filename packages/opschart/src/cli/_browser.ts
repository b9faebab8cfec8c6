import { spawn } from 'node:child_process'

import { wait, type Clock } from '@opschart/core'

/** A program that opens an address, with its arguments. */
export interface Launcher {
  readonly file: string
  readonly argv: readonly string[]
}

/** The program that opens an address in this user's browser; undefined where there is no screen to show it on. */
export function launcherOf(
  address: string,
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): Launcher | undefined {
  const isSet = (name: string) => environment[name] !== undefined && environment[name] !== ''
  // Over a connection from elsewhere the person's browser is elsewhere, too.
  if (isSet('SSH_CONNECTION') || isSet('SSH_TTY')) return undefined
  if (platform === 'darwin') return { file: 'open', argv: [address] }
  // Not `start`: that is a word of the shell's, which would read the address.
  if (platform === 'win32') return { file: 'rundll32', argv: ['url.dll,FileProtocolHandler', address] }
  return isSet('DISPLAY') || isSet('WAYLAND_DISPLAY') ? { file: 'xdg-open', argv: [address] } : undefined
}

/** Milliseconds in which a launcher that finds no browser has said so. */
const patience = 2_000

/** Opens an address in this user's browser. Whether one was found. */
export async function openBrowser(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<boolean> {
  const launcher = launcherOf(address, process.platform, environment)
  return launcher !== undefined && launch(launcher, environment, clock)
}

/** Starts a launcher, and leaves it alone. False for one that is not there, or ends with an error at once. */
export async function launch(
  { file, argv }: Launcher,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<boolean> {
  const child = spawn(file, argv, { detached: true, stdio: 'ignore', env: { ...environment } })
  const waiting = new AbortController()
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
  const goesOn = wait(clock, patience, waiting.signal).then(
    () => true,
    () => true,
  )
  const opened = await Promise.race([ended, goesOn])
  waiting.abort()
  child.unref()
  return opened
}
