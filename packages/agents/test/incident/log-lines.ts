import { existsSync, readFileSync } from 'node:fs'

import type { JsonObject, LogEntry } from '@opschart/core'

/** Reads the fixture service's log as a watcher would hand it over, in order of time. Lines that are no JSON are text. */
export function readLogFile(file: string): LogEntry[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines
    .flatMap((line, offset) => (line === '' ? [] : [readLine(line, offset)]))
    .toSorted((a, b) => a.time - b.time)
}

function readLine(line: string, offset: number): LogEntry {
  const value = JSON.parse(line) as Record<string, unknown>
  const { time, level, message, method, route, status, stack, version, ...fields } = value
  return {
    time: Number(time),
    level: level === 'error' ? 'error' : 'info',
    message: String(message),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof method === 'string' ? { method } : {}),
    ...(typeof route === 'string' ? { route } : {}),
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    fields: fields as JsonObject,
    file: 'logs/shop.log',
    offset,
  }
}
