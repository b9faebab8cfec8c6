import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

import { inspect, nothingInspected, type InspectedSource, type InspectionMessage } from '@opschart/core'
import { vi } from 'vitest'

/** Folds messages as they come, as the page does. */
export interface Watching {
  sources(): InspectedSource[]
  source(name: string): InspectedSource | undefined
  /** Waits until something is known; tells what was there when it never came. */
  until(known: (sources: InspectedSource[]) => boolean): Promise<void>
  stop(): Promise<void>
}

/** Reads a stream of messages until it is stopped, or ends. */
export function watch(messages: AsyncIterable<InspectionMessage>): Watching {
  let known = nothingInspected
  const iterator = messages[Symbol.asyncIterator]()
  const reading = (async () => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      known = inspect(known, [next.value as InspectionMessage])
  })()
  const sources = () => [...known.values()]
  return {
    sources,
    source: (name) => sources().find((source) => source.name === name),
    until: async (isKnown) => {
      await vi.waitUntil(() => isKnown(sources()), { timeout: 20_000, interval: 20 })
    },
    async stop() {
      await iterator.return?.()
      await reading
    },
  }
}

/** A program that takes lines. */
export interface Running {
  readonly process: ChildProcess
  say(line: string): void
  end(): Promise<void>
}

/** Starts a program of a test's. */
export function run(file: string, ...given: readonly string[]): Running {
  const child = spawn(process.execPath, [file, ...given], { stdio: ['pipe', 'pipe', 'inherit'] })
  return {
    process: child,
    say: (line) => void child.stdin.write(`${line}\n`),
    async end() {
      child.stdin.end()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
