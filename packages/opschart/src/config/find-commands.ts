import type { PackageManifest } from './package-manifest.ts'
import { packageRunner, scriptCommand } from './package-manifest.ts'
import { below, type ProjectFolder } from './project-folder.ts'

/** A command that was found, and where. */
export interface FoundCommand {
  readonly argv: readonly string[]
  readonly found: string
  /** Whether it seems to read its arguments. */
  readonly takesArguments: boolean
}

const folders = ['', 'scripts', 'script', 'bin', 'ops', 'deploy'] as const
const endings = ['', '.sh', '.mjs', '.js', '.ts', '.py', '.rb'] as const

/** Programs for scripts that cannot be started by themselves. */
const interpreters: Readonly<Record<string, string>> = {
  '.sh': 'sh',
  '.mjs': 'node',
  '.js': 'node',
  '.ts': 'node',
  '.py': 'python3',
  '.rb': 'ruby',
}

/** How scripts read what they are given. */
const readsArguments = /\$\{?[1@*]|process\.argv|parseArgs|sys\.argv|argparse|ARGV/

/**
 * Looks for the command of a verb (`deploy`, `rollback`) in a service's folder: a script of that name, a package script,
 * a target of the Makefile, in this order.
 */
export async function findCommand(
  project: ProjectFolder,
  folder: string,
  verbs: readonly string[],
  manifest: PackageManifest | undefined,
): Promise<FoundCommand | undefined> {
  for (const verb of verbs) {
    const found =
      (await scriptFile(project, folder, verb)) ??
      (await packageScript(project, folder, verb, manifest)) ??
      (await makeTarget(project, folder, verb))
    if (found !== undefined) return found
  }
  return undefined
}

async function scriptFile(
  project: ProjectFolder,
  folder: string,
  verb: string,
): Promise<FoundCommand | undefined> {
  for (const place of folders) {
    for (const ending of endings) {
      const file = below(folder, below(place, `${verb}${ending}`))
      if ((await project.kind(file)) !== 'file') continue
      const text = (await project.text(file)) ?? ''
      const takesArguments = readsArguments.test(text)
      if (await project.isExecutable(file)) return { argv: [`./${file}`], found: file, takesArguments }
      const interpreter = interpreters[ending]
      if (interpreter !== undefined) return { argv: [interpreter, file], found: file, takesArguments }
    }
  }
  return undefined
}

async function packageScript(
  project: ProjectFolder,
  folder: string,
  script: string,
  manifest: PackageManifest | undefined,
): Promise<FoundCommand | undefined> {
  if (manifest === undefined || !Object.hasOwn(manifest.scripts, script)) return undefined
  const argv = scriptCommand(await packageRunner(project), folder, script)
  return { argv, found: `${manifest.file}, scripts.${script}`, takesArguments: false }
}

async function makeTarget(
  project: ProjectFolder,
  folder: string,
  target: string,
): Promise<FoundCommand | undefined> {
  const file = below(folder, 'Makefile')
  const text = await project.text(file, 262_144)
  if (text === undefined || !text.split('\n').some((line) => line.startsWith(`${target}:`))) return undefined
  return {
    argv: ['make', ...(folder === '' ? [] : ['-C', folder]), target],
    found: `${file}, target ${target}`,
    takesArguments: false,
  }
}

/** The integration tests of a service: a script that says so, else its tests. What npm writes where there are none is no test. */
export async function findTests(
  project: ProjectFolder,
  folder: string,
  manifest: PackageManifest | undefined,
): Promise<FoundCommand | undefined> {
  for (const script of ['test:integration', 'integration-test', 'test:e2e', 'test']) {
    const text =
      manifest !== undefined && Object.hasOwn(manifest.scripts, script) ? manifest.scripts[script] : undefined
    if (text === undefined || text.includes('no test specified')) continue
    const found = await packageScript(project, folder, script, manifest)
    if (found !== undefined) return found
  }
  return makeTarget(project, folder, 'test')
}
