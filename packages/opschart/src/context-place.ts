import { constants } from 'node:fs'
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

/** What stands in the place of a file of the project. */
export type Present =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' | 'too_long' | 'closed' }

/** One file of the project that others may write to as well: whatever they put there, nothing outside of it is touched. */
export interface FilePlace {
  /** `closed`: no regular file, or one that a link leads to or puts outside of the project. Waits for nobody. */
  read(): Promise<Present>
  /** Replaces the file as a whole, and makes its folder. The place must not be `closed`. */
  write(text: string): Promise<void>
  /** Puts what stands there beside, under its name with `.unreadable`. */
  putAside(): Promise<void>
}

/** The place of `file` (relative) in the project at `root`; of a file, at most `longest` bytes are read. */
export function filePlace(root: string, file: string, longest: number): FilePlace {
  const path = resolve(root, file)

  /** Its folder, with no link in it; undefined when that lies outside. Folders that are not there yet are taken as they will be made. */
  async function folder(): Promise<string | undefined> {
    const base = await realpath(root)
    let known = dirname(path)
    const missing: string[] = []
    for (;;) {
      const real = await realpath(known).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      if (real !== undefined) {
        const below = relative(base, real)
        if (below === '..' || below.startsWith(`..${sep}`) || resolve(base, below) !== real) return undefined
        return join(real, ...missing)
      }
      missing.unshift(basename(known))
      known = dirname(known)
    }
  }

  return {
    async read() {
      const inside = await folder()
      if (inside === undefined) return { kind: 'closed' }
      try {
        const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
        await using handle = await open(join(inside, basename(path)), flags)
        const { size, isFile } = await handle
          .stat()
          .then((found) => ({ size: found.size, isFile: found.isFile() }))
        if (!isFile) return { kind: 'closed' }
        if (size > longest) return { kind: 'too_long' }
        const buffer = Buffer.alloc(size)
        const { bytesRead } = await handle.read(buffer, 0, size, 0)
        return { kind: 'text', text: buffer.toString('utf8', 0, bytesRead) }
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'ENOENT') return { kind: 'absent' }
        if (code === 'ELOOP' || code === 'ENXIO' || code === 'EISDIR') return { kind: 'closed' }
        throw error
      }
    },
    async write(text) {
      await mkdir(dirname(path), { recursive: true })
      const inside = await folder()
      if (inside === undefined) throw new Error(`${file} lies outside of the project`)
      const fresh = join(inside, `${basename(path)}.new`)
      // Made anew: a link that waits there under this name would be written through.
      await rm(fresh, { force: true })
      await using handle = await open(fresh, 'wx', 0o644)
      await handle.writeFile(text)
      await rename(fresh, join(inside, basename(path)))
    },
    putAside: () => rename(path, `${path}.unreadable`),
  }
}
