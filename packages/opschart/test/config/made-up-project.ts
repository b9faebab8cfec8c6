import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A project in a folder of its own, removed when the test is over. */
export interface MadeUpProject extends AsyncDisposable {
  readonly root: string
  /** Writes files; one whose text begins with `#!` can be started. */
  write(files: Readonly<Record<string, string>>): Promise<void>
  git(...argv: string[]): Promise<string>
}

/** Makes a project of these files. */
export async function madeUpProject(files: Readonly<Record<string, string>> = {}): Promise<MadeUpProject> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'opschart-config-')))
  const project: MadeUpProject = {
    root,
    async write(more) {
      for (const [name, text] of Object.entries(more)) {
        const file = path.join(root, name)
        await mkdir(path.dirname(file), { recursive: true })
        await writeFile(file, text)
        if (text.startsWith('#!')) await chmod(file, 0o755)
      }
    },
    async git(...argv) {
      const env = {
        PATH: process.env['PATH'],
        HOME: root,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'someone',
        GIT_AUTHOR_EMAIL: 'someone@example.test',
        GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
        GIT_COMMITTER_NAME: 'someone',
        GIT_COMMITTER_EMAIL: 'someone@example.test',
        GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
      }
      const { stdout } = await run('git', ['-C', root, ...argv], { env })
      return stdout.trim()
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
  await project.write(files)
  return project
}

/** Makes a git repository of a project, with one commit of everything and these tags. */
export async function committed(
  project: MadeUpProject,
  tags: readonly string[] = [],
  branch = 'main',
): Promise<string> {
  await project.git('init', '--quiet', `--initial-branch=${branch}`)
  await project.git('add', '--all')
  await project.git('commit', '--quiet', '--allow-empty', '--message=first')
  for (const tag of tags) await project.git('tag', tag)
  return project.git('rev-parse', 'HEAD')
}
