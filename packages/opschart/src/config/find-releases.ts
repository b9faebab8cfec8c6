import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { plainText } from './plain-text.ts'

const run = promisify(execFile)

/** A tag that names a version. */
export interface FoundTag {
  readonly tag: string
  readonly commit: string
}

/** What git says of a project. */
export interface FoundRepository {
  /** The branch that merges go to; undefined when it is main or master, or cannot be told. */
  readonly trunk: string | undefined
  /** Tags that name a version, the newest version first, releases before their candidates. */
  readonly tags: readonly FoundTag[]
}

/** What may stand in a version: it will be an argument of commands. */
export const safeVersion = /^[A-Za-z0-9_][A-Za-z0-9._+/@-]{0,199}$/

/** Asks git about the project; undefined when it is no repository, or there is no git. `notes` gets what should be known. */
export async function findRepository(root: string, notes: string[]): Promise<FoundRepository | undefined> {
  const git = async (...argv: string[]): Promise<string | undefined> => {
    try {
      const { stdout } = await run(
        'git',
        ['-C', root, '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...argv],
        {
          env: {
            PATH: process.env['PATH'],
            HOME: process.env['HOME'],
            LC_ALL: 'C',
            GIT_OPTIONAL_LOCKS: '0',
            GIT_TERMINAL_PROMPT: '0',
          },
          timeout: 10_000,
          maxBuffer: 4 * 1024 * 1024,
        },
      )
      return stdout
    } catch (error) {
      const { stderr } = error as { stderr?: string }
      if (stderr?.includes('dubious ownership') === true)
        notes.push(`git does not trust ${plainText(root)}: it belongs to somebody else`)
      return undefined
    }
  }
  if ((await git('rev-parse', '--git-dir')) === undefined) return undefined
  const listed =
    (await git(
      '-c',
      'versionsort.suffix=-',
      'for-each-ref',
      '--count=2000',
      '--sort=-version:refname',
      '--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)',
      'refs/tags',
    )) ?? ''
  const tags = listed.split('\n').flatMap((line): FoundTag[] => {
    const [tag = '', object = '', peeled = ''] = line.split('\0')
    return safeVersion.test(tag) && !tag.includes('..') && /\d/.test(tag)
      ? [{ tag, commit: peeled === '' ? object : peeled }]
      : []
  })
  const head = (await git('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'))
    ?.trim()
    .replace(/^origin\//, '')
  const branches = (
    (await git('for-each-ref', '--count=200', '--format=%(refname:strip=2)', 'refs/heads')) ?? ''
  )
    .split('\n')
    .filter((name) => name !== '')
  const usual = branches.some((name) => name === 'main' || name === 'master')
  const only = branches.length === 1 ? branches[0] : undefined
  const trunk = head ?? (usual ? undefined : only)
  return {
    trunk:
      trunk === undefined || trunk === 'main' || trunk === 'master' || !safeVersion.test(trunk)
        ? undefined
        : trunk,
    tags,
  }
}

/**
 * The newest version among tags: of the service where tags carry its name (`user-service/v2.3.1`, `user-service@2.3.1`),
 * else of the project. A candidate (`-rc.1`) only when there is nothing else.
 */
export function latestTag(
  tags: readonly FoundTag[],
  service: string,
  isMonorepo: boolean,
): FoundTag | undefined {
  const plain = tags.filter(({ tag }) => /^v?\d+(?:\.\d+){0,3}(?:[-+].*)?$/.test(tag))
  const own = isMonorepo
    ? tags.filter(({ tag }) =>
        ['/', '@', '-'].some(
          (mark) => tag.startsWith(service + mark) && /^v?\d/.test(tag.slice(service.length + 1)),
        ),
      )
    : []
  const among = own.length > 0 ? own : plain
  const bare = (tag: string) => (own.length > 0 ? tag.slice(service.length + 1) : tag)
  return among.find(({ tag }) => !bare(tag).includes('-')) ?? among[0]
}
