import { fork, type ChildProcess } from 'node:child_process'

import type { LogEntryView, Principal } from '@opschart/core'
import type { InspectorPlace } from '@opschart/hosts/http'

/** The demo's side of its daemon: starts it, asks it, kills it, starts it again. */
export interface Controller {
  /** Every row that was told so far, in order, each once, over all the daemon's lives. */
  readonly rows: readonly LogEntryView[]
  /** Gives where its inspector is, where it was to have one. */
  start(): Promise<InspectorPlace | undefined>
  /** Ends the daemon as no program can prevent: SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>
  stop(): Promise<void>
  ask<Answer>(who: 'person' | Principal, method: string, ...parameters: unknown[]): Promise<Answer>
  /** Resolves with the first row, from `since` on, for which this holds. */
  row(what: string, holds: (row: LogEntryView) => boolean, since?: number): Promise<LogEntryView>
}

const longest = 60_000

/** Makes the controller of a project's daemon, which is inspected or not. */
export function createController(
  root: string,
  told: { row: (row: LogEntryView) => void; line: (line: string) => void },
  isInspected = false,
): Controller {
  const rows: LogEntryView[] = []
  const waiting = new Set<() => void>()
  const open = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  let child: ChildProcess | undefined
  let asked = 0

  const gone = (process: ChildProcess): Promise<void> =>
    new Promise((resolve) =>
      process.exitCode !== null || process.signalCode !== null
        ? resolve()
        : process.once('exit', () => resolve()),
    )

  return {
    rows,
    async start() {
      const from = (rows.at(-1)?.sequence ?? 0) + 1
      const argv = [root, String(from), ...(isInspected ? ['inspected'] : [])]
      const started = fork(new URL(`./daemon-process.${extension}`, import.meta.url), argv, {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        serialization: 'advanced',
      })
      child = started
      let complaint = ''
      started.stderr?.on(
        'data',
        (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-4_000)),
      )
      return new Promise((resolve, reject) => {
        started.once('exit', (code) => {
          const ended = new Error(`the daemon ended (${code}): ${complaint}`)
          reject(ended)
          for (const caller of open.values()) caller.reject(ended)
          open.clear()
        })
        started.on(
          'message',
          (message: {
            ready?: true
            inspect?: InspectorPlace
            row?: LogEntryView
            line?: string
            id?: number
            answer?: never
            error?: string
          }) => {
            if (message.ready === true) resolve(message.inspect)
            if (message.line !== undefined) told.line(message.line)
            if (message.row !== undefined) {
              rows.push(message.row)
              told.row(message.row)
              for (const look of waiting) look()
            }
            const caller = message.id === undefined ? undefined : open.get(message.id)
            if (caller === undefined) return
            open.delete(message.id!)
            if (message.error === undefined) caller.resolve(message.answer as never)
            else caller.reject(new Error(message.error))
          },
        )
      })
    },
    async kill() {
      const present = child!
      child = undefined
      present.kill('SIGKILL')
      await gone(present)
    },
    async stop() {
      if (child === undefined) return
      const present = child
      child = undefined
      if (present.connected) present.disconnect()
      await gone(present)
    },
    ask(who, method, ...parameters) {
      return new Promise((resolve, reject) => {
        asked += 1
        open.set(asked, { resolve: resolve as (answer: never) => void, reject })
        child!.send({ id: asked, who, method, parameters })
      })
    },
    row(what, holds, since = 0) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(look)
          reject(
            new Error(
              `${what} did not come within ${longest / 1_000} s; the last row is: ${rows.at(-1)?.text ?? 'none'}`,
            ),
          )
        }, longest)
        const look = (): void => {
          const found = rows.find((row) => row.sequence > since && holds(row))
          if (found === undefined) return
          clearTimeout(late)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      })
    },
  }
}
