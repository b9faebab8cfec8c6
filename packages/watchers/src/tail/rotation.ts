import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

import type { FoundFile } from '../shared/list-files.ts'

const compressed = /\.(?:gz|bz2|xz|zst|lz4|zip|Z)$/u
const afterName = /^[.\-_](?:[\w.\-:]*\d[\w.\-:]*|old|bak|prev|save|orig|last)$/u
const beforeExtension = /^[.\-_]\d[\d.\-_:T]*$/u
const mostSiblings = 64

/**
 * Whether a file name is one that rotation gives to `base`: `app.log.1`, `app.log-20260101`, `app.log.old`, `app.1.log`.
 * Compressed files are none: what is in them was read before they were compressed.
 */
export function isRotatedName(base: string, name: string): boolean {
  if (name.length > 255 || name === base || compressed.test(name)) return false
  if (name.startsWith(base)) return afterName.test(name.slice(base.length))
  const { name: stem, ext } = path.posix.parse(base)
  if (ext === '' || !name.startsWith(stem) || !name.endsWith(ext)) return false
  return beforeExtension.test(name.slice(stem.length, name.length - ext.length))
}

/** Whether a rotated name is one that people give to copies that they keep (`app.log.bak`): such a file is no generation of its own. */
export function isBackupName(file: string): boolean {
  return /[.\-_](?:bak|prev|save|orig|last)$/u.test(file)
}

/** The number in `app.log.3` or `app.3.log`: larger is older. 0 for a name without one. */
export function rotationNumber(file: string): number {
  const numbered = /[.\-_](\d{1,4})(?:\.[A-Za-z]+)?$/u.exec(file)
  return numbered === null ? 0 : Number(numbered[1])
}

/** The rotated files beside a log, oldest first (by modification, then by number), the newest 64 of them. */
export async function rotatedSiblings(root: string, file: string): Promise<FoundFile[]> {
  const base = path.posix.basename(file)
  const found = await filesBeside(root, file, (name) => isRotatedName(base, name))
  return found.toSorted(byAge).slice(-mostSiblings)
}

/** The regular files in the folder of `file` whose name is accepted, in no order. */
export async function filesBeside(
  root: string,
  file: string,
  accepts: (name: string) => boolean,
): Promise<FoundFile[]> {
  const folder = path.posix.dirname(file)
  const found: FoundFile[] = []
  for (const name of await namesIn(path.join(root, folder))) {
    if (!accepts(name)) continue
    const relative = folder === '.' ? name : `${folder}/${name}`
    const information = await stat(path.join(root, relative), { bigint: true }).catch(() => undefined)
    if (information === undefined || !information.isFile()) continue
    found.push({
      path: relative,
      device: String(information.dev),
      inode: String(information.ino),
      size: Number(information.size),
      modified: String(information.mtimeNs),
    })
  }
  return found
}

/** The names in a folder; none when it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

/** Orders files from oldest to newest. */
export function byAge(
  one: Pick<FoundFile, 'path' | 'modified'>,
  other: Pick<FoundFile, 'path' | 'modified'>,
): number {
  const [first, second] = [BigInt(one.modified), BigInt(other.modified)]
  if (first !== second) return first < second ? -1 : 1
  return rotationNumber(other.path) - rotationNumber(one.path) || (one.path < other.path ? -1 : 1)
}

/** How a rotated file is remembered: the same text as long as nobody writes to it, whatever it is renamed to. */
export function siblingMark(file: FoundFile): string {
  return `${file.inode}:${file.modified}:${file.size}`
}
