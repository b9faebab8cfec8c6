import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import { mkdir, open, realpath } from 'node:fs/promises'
import path from 'node:path'

import { OpschartError, signalDraftSchema, type SignalDraft } from '@opschart/core'

import { compileGlobs } from './shared/glob.ts'
import { isInside } from './shared/list-files.ts'

/** Where the inbox is, relative to the project. */
export const defaultInbox = '.claude/events/log.ndjson'

/**
 * Appends a signal to the inbox of the project at `root` (absolute) as one line, in one write at the file's end, so
 * that several processes may append at once. Folders are made as needed.
 *
 * @throws OpschartError `input` for a draft that the inbox would not take; `storage` when it cannot be written, or when
 * the file is outside the project.
 */
export async function appendToInbox(
  root: string,
  draft: SignalDraft,
  file: string = defaultInbox,
): Promise<void> {
  const checked = signalDraftSchema.safeParse(draft)
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw new OpschartError(
      'input',
      `not a signal: ${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
    )
  }
  compileGlobs([file])
  const line = Buffer.from(`${JSON.stringify(draft)}\n`)
  try {
    const absolute = path.join(root, file)
    await mkdir(path.dirname(absolute), { recursive: true })
    if (!isInside(await realpath(root), await realpath(path.dirname(absolute)))) {
      throw new Error('its folder is a link that leaves the project')
    }
    const flags =
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const handle = await open(absolute, flags, 0o600)
    try {
      const information = await handle.stat()
      if (!information.isFile()) throw new Error('it is not a regular file')
      // A writer that died in the middle of its line must not take ours with it.
      const ended = information.size === 0 || (await lastByte(handle, information.size)) === 10
      const bytes = ended ? line : Buffer.concat([Buffer.from('\n'), line])
      const { bytesWritten } = await handle.write(bytes)
      if (bytesWritten < bytes.length)
        throw new Error(`only ${bytesWritten} of ${bytes.length} bytes could be written`)
    } finally {
      await handle.close()
    }
  } catch (failure) {
    const reason = failure instanceof Error ? failure.message : String(failure)
    throw new OpschartError('storage', `the inbox ${file} could not be written: ${reason}`, {
      cause: failure,
    })
  }
}

async function lastByte(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<number | undefined> {
  const buffer = Buffer.alloc(1)
  await handle.read(buffer, 0, 1, size - 1)
  return buffer[0]
}
