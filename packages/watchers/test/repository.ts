import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A real repository for one test. */
export interface Repository {
  readonly root: string
  /** Runs git with these arguments and gives its output. */
  readonly git: (...argv: string[]) => string
  /** Writes a file (its own name as content when none is given) and commits it; gives the commit's name. */
  readonly commit: (title: string, file?: string, content?: string) => string
  /** The same repository seen from another folder: a worktree or a clone. */
  readonly at: (folder: string) => Repository
}

/** The repository at `root`; not made yet. Commits are a minute apart, from a fixed time on. */
export function repository(root: string): Repository {
  let minute = 0
  const at = (folder: string): Repository => {
    const git = (...argv: string[]): string =>
      execFileSync('git', argv, {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: root,
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_AUTHOR_NAME: 'Ada',
          GIT_AUTHOR_EMAIL: 'ada@example.com',
          GIT_COMMITTER_NAME: 'Ada',
          GIT_COMMITTER_EMAIL: 'ada@example.com',
          GIT_AUTHOR_DATE: `${1_767_225_600 + 60 * (minute += 1)} +0000`,
          GIT_COMMITTER_DATE: `${1_767_225_600 + 60 * minute} +0000`,
        },
      }).trim()
    return {
      root: folder,
      git,
      commit(title, file = title, content = `${title}\n`) {
        mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
        writeFileSync(path.join(folder, file), content)
        git('add', '-A')
        git('commit', '-q', '-m', title)
        return git('rev-parse', 'HEAD')
      },
      at,
    }
  }
  return at(root)
}
