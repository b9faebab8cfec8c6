import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A real git repository in a temporary folder. */
export interface GitProject {
  readonly root: string
  git(...parameters: string[]): string
  /** Writes files without committing them; null removes one. */
  write(files: Readonly<Record<string, string | Buffer | null>>): void
  /** Writes and commits; gives the commit's hash. */
  commit(message: string | Buffer, files: Readonly<Record<string, string | Buffer | null>>): string
  remove(): void
}

const identity = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Developer',
  GIT_AUTHOR_EMAIL: 'developer@example.test',
  GIT_COMMITTER_NAME: 'Developer',
  GIT_COMMITTER_EMAIL: 'developer@example.test',
}

/** Makes an empty repository. Commits are a minute apart, beginning at a fixed time, so that hashes repeat. */
export function gitProject(): GitProject {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'opschart-incident-')))
  let minute = 0
  const git = (...parameters: string[]) => call(parameters)

  function call(parameters: readonly string[], input?: string | Buffer): string {
    const date = `${1_766_000_000 + minute * 60} +0000`
    const environment = {
      PATH: process.env['PATH'],
      HOME: root,
      ...identity,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    }
    const result = execFileSync('git', ['-c', 'commit.gpgSign=false', '-c', 'gc.auto=0', ...parameters], {
      cwd: root,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    })
    return result.toString('utf8').trim()
  }

  function write(files: Readonly<Record<string, string | Buffer | null>>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(root, name)
      if (content === null) rmSync(file, { recursive: true })
      else {
        mkdirSync(path.dirname(file), { recursive: true })
        writeFileSync(file, content)
      }
    }
  }

  // Read as a file: a process for each commit would cost more than the commit.
  function head(): string {
    const name = readFileSync(path.join(root, '.git', 'HEAD'), 'utf8').trim()
    return name.startsWith('ref: ')
      ? readFileSync(path.join(root, '.git', name.slice(5)), 'utf8').trim()
      : name
  }

  git('init', '--quiet', '--initial-branch=main')
  return {
    root,
    git,
    write,
    commit(message, files) {
      write(files)
      minute++
      git('add', '--all')
      call(
        [
          '-c',
          'i18n.commitEncoding=UTF-8',
          'commit',
          '--quiet',
          '--allow-empty',
          '--cleanup=verbatim',
          '--file=-',
        ],
        message,
      )
      return head()
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
