import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import {
  OpschartError,
  releaseLifecycle,
  type LifecycleDefinition,
  type OfferedVersion,
} from '@opschart/core'

import { formatProblem } from './config/format-problem.ts'
import { lawOf } from './config/law-of.ts'
import { configurationFile, configurationModule, loadConfiguration } from './config/load-configuration.ts'
import { plainText } from './config/plain-text.ts'

const run = promisify(execFile)

/** A configuration is much smaller; what is larger is none. */
const largest = 1024 * 1024
/** Milliseconds after which git is ended: a version may be named by a search through all of history. */
const longest = 5_000
/** Commits and tags that are offered, of each. */
const most = 8

/**
 * The law of a commit, tag or branch: its configuration as it was, completed in a folder of its own. The work tree is not
 * touched, nothing of that version is run, and nothing is fetched. The name may come from anywhere: git is told that it is
 * none of its options, and what it names is looked for by its hash from then on.
 *
 * @throws OpschartError `input` for a version that is not there, or whose law cannot be known.
 */
export async function earlierLaw(root: string, version: string): Promise<LifecycleDefinition> {
  const named = await git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${version}^{commit}`)
  const commit = named?.trim() ?? ''
  if (version.startsWith('-') || !/^[0-9a-f]{40,64}$/.test(commit))
    throw new OpschartError(
      'input',
      `there is no ${plainText(version, 100)} in this repository; name a commit, tag or branch, or give \`opschart chart --against\` a file that \`opschart chart --json\` wrote`,
    )
  const shown = (file: string) => git(root, 'cat-file', 'blob', `${commit}:./${file}`)
  if ((await shown(configurationModule)) !== undefined)
    throw new OpschartError(
      'input',
      `${configurationModule} of ${plainText(version, 100)} may need what only its own work tree has: check it out elsewhere, write \`opschart chart --json > before.json\` there, and give that file to \`opschart chart --against\``,
    )
  const text = await shown(configurationFile)
  if (text === undefined) return releaseLifecycle.definition
  const folder = await mkdtemp(join(tmpdir(), 'opschart-against-'))
  try {
    await mkdir(dirname(join(folder, configurationFile)), { recursive: true })
    await writeFile(join(folder, configurationFile), text)
    const { configuration, problems } = await loadConfiguration(folder)
    if (configuration !== undefined) return lawOf(configuration).definition
    const [first] = problems
    throw new OpschartError(
      'input',
      `the configuration of ${plainText(version, 100)} is not sound today: ${first === undefined ? 'it has problems' : plainText(formatProblem(first), 500)}`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The versions that somebody may want to compare with: commits that changed the configuration, and tags, the latest first. */
export async function offeredVersions(root: string): Promise<OfferedVersion[]> {
  const [tags, commits] = await Promise.all([
    git(
      root,
      'for-each-ref',
      `--count=${most}`,
      '--sort=-creatordate',
      '--format=%(refname:short)%00%(creatordate:unix)%00',
      'refs/tags',
    ),
    git(
      root,
      'log',
      `--max-count=${most}`,
      '--format=%h%x00%ct%x00%s',
      '--',
      configurationFile,
      configurationModule,
    ),
  ])
  return [tags, commits].flatMap((lines) =>
    (lines ?? '').split('\n').flatMap((line) => {
      const [version = '', at = '', told = ''] = line.split('\0')
      return version === '' || version.startsWith('-')
        ? []
        : [{ version, at: Number(at) * 1000, told: plainText(told, 120) }]
    }),
  )
}

/** What git prints; undefined when it fails, takes too long, prints too much, or is not there. */
async function git(root: string, ...argv: string[]): Promise<string | undefined> {
  // Nothing is asked at the terminal, and what a repository left at its server is not fetched.
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0' }
  return run('git', argv, { cwd: root, env, maxBuffer: largest, timeout: longest }).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}
