import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Controller } from './controller.ts'

/** Where the daemon is killed in the course of one roll-back, in order. */
export const boundaries = [
  'before git',
  'after git',
  'after the restart',
  'during verification',
  'before the report',
] as const

const stages = {
  'before git': 'before-git',
  'after git': 'after-git',
  'after the restart': 'after-restart',
} as const

/** Kills the daemon at each boundary of the roll-back in turn, and starts it again each time. Resolves when the last one is past. */
export async function crashAtBoundaries(
  root: string,
  daemon: Controller,
  told: (line: string) => void,
): Promise<void> {
  const folder = join(root, '.run')
  const hold = (stage: string) => join(folder, `hold-${stage}`)
  const began = daemon.rows.at(-1)?.sequence ?? 0
  // The deploy command waits where it is told to: the boundary is met exactly, not by luck.
  for (const stage of Object.values(stages)) writeFileSync(hold(stage), '')
  let seen = lines(folder)
  const crash = async (boundary: string): Promise<void> => {
    told(`the daemon is killed: ${boundary}`)
    await daemon.kill()
  }
  for (const boundary of boundaries) {
    if (boundary in stages) {
      const stage = stages[boundary as keyof typeof stages]
      await marker(folder, stage, seen)
      await crash(boundary)
      seen = lines(folder)
      rmSync(hold(stage), { force: true })
    } else {
      const starts = boundary === 'during verification' ? 'verify_recovery' : 'write_report'
      await daemon.row(
        `${starts} starts`,
        (row) => row.type === 'operation.started' && row.text.includes(starts),
        began,
      )
      await crash(boundary)
    }
    await daemon.start()
  }
}

const lines = (folder: string): number =>
  existsSync(join(folder, 'stages')) ? readFileSync(join(folder, 'stages'), 'utf8').split('\n').length - 1 : 0

/** Resolves when the deploy command has reached a stage, after the first `seen` ones. */
function marker(folder: string, stage: string, seen: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const path = join(folder, 'stages')
      if (!existsSync(path) || !readFileSync(path, 'utf8').split('\n').slice(seen).includes(stage)) return
      watcher.close()
      resolve()
    }
    const watcher = watch(folder, look)
    look()
  })
}
