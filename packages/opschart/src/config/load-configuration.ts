import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { checkConfiguration } from './check-configuration.ts'
import type { Configuration } from './configuration.ts'
import { maxConfiguration } from './guard-yaml.ts'
import type { KnownOptions } from './known-names.ts'
import { locateInModule } from './locate-module.ts'
import { locateInYaml } from './locate-yaml.ts'
import { mergeModule } from './merge-module.ts'
import {
  firstFindings,
  parseConfiguration,
  problemsOf,
  yamlProblems,
  type LocatedFinding,
} from './parse-configuration.ts'
import { plainText } from './plain-text.ts'
import type { Finding, Problem } from './problem.ts'
import { readYaml } from './read-yaml.ts'

/** Where the configuration lies, relative to the project. */
export const configurationFile = '.claude/config/operational.yaml'

/** The optional module that extends it. */
export const configurationModule = 'opschart.config.ts'

/** A project's configuration, or why there is none. */
export interface LoadedConfiguration {
  /** Undefined when any problem is an error [R1]. */
  readonly configuration: Configuration | undefined
  /** The file that was read, relative to the project: the YAML, else the module; null when there is neither. */
  readonly source: string | null
  readonly problems: readonly Problem[]
}

/**
 * Loads the configuration of the project at `root` (absolute): `.claude/config/operational.yaml`, and
 * `opschart.config.ts` where there is one. Never throws for what is wrong with the files: it is told as problems. The
 * module is started anew when it was changed since the last load; what it imports itself is not.
 */
export async function loadConfiguration(
  root: string,
  options: KnownOptions = {},
): Promise<LoadedConfiguration> {
  const yamlText = await readText(path.join(root, configurationFile))
  const moduleText = await readText(path.join(root, configurationModule))
  const failed = [
    ...(yamlText.kind === 'failed' ? [{ file: configurationFile, reason: yamlText.reason }] : []),
    ...(moduleText.kind === 'failed' ? [{ file: configurationModule, reason: moduleText.reason }] : []),
  ]
  if (failed.length > 0)
    return {
      configuration: undefined,
      source: failed[0]!.file,
      problems: failed.map(({ file, reason }) => fileProblem(file, reason)),
    }
  if (moduleText.kind !== 'text') {
    if (yamlText.kind !== 'text') {
      return {
        configuration: undefined,
        source: null,
        problems: [fileProblem(configurationFile, 'there is no configuration', 'opschart init writes one')],
      }
    }
    return { source: configurationFile, ...parseConfiguration(yamlText.text, configurationFile, options) }
  }

  const source = yamlText.kind === 'text' ? configurationFile : configurationModule
  const yaml = readYaml(yamlText.kind === 'text' ? yamlText.text : '')
  if (yaml.data === undefined)
    return { configuration: undefined, source, problems: yamlProblems(yaml, configurationFile) }
  const module = await importModule(root)
  if (module.kind === 'failed')
    return { configuration: undefined, source, problems: [fileProblem(configurationModule, module.reason)] }

  const merged = mergeModule(yaml.data, module.value)
  const checked = checkConfiguration(merged.data, options, merged.extension)
  const findings = [...merged.findings, ...checked.findings]
  const located = firstFindings(findings).map((finding): LocatedFinding => {
    const { origin, path: at } = merged.originOf(finding.path)
    const own: Finding = { ...finding, path: at }
    return origin === 'yaml' && yaml.document !== undefined
      ? {
          finding,
          file: configurationFile,
          text: yaml.text,
          place: locateInYaml(own, { ...yaml, document: yaml.document }),
        }
      : {
          finding,
          file: configurationModule,
          text: moduleText.text,
          place: locateInModule(own, moduleText.text),
        }
  })
  const isBroken = findings.some(({ severity }) => severity === 'error')
  return {
    configuration: isBroken ? undefined : checked.configuration,
    source,
    problems: problemsOf(located),
  }
}

type Read = { kind: 'text'; text: string } | { kind: 'absent' } | { kind: 'failed'; reason: string }

/** A file as text. Bounded, and only a regular file: a pipe would never end. */
async function readText(file: string): Promise<Read> {
  try {
    if (!(await stat(file)).isFile()) return { kind: 'failed', reason: 'this is not a regular file' }
    await using handle = await open(file, 'r')
    const buffer = Buffer.alloc(maxConfiguration + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    if (length > maxConfiguration) return { kind: 'failed', reason: `larger than ${maxConfiguration} bytes` }
    return {
      kind: 'text',
      text: new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length)),
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return { kind: 'failed', reason: 'this is not UTF-8 text' }
    return { kind: 'failed', reason: `it cannot be read (${code ?? plainText(String(error), 100)})` }
  }
}

async function importModule(
  root: string,
): Promise<{ kind: 'value'; value: Record<string, unknown> } | { kind: 'failed'; reason: string }> {
  const file = path.join(root, configurationModule)
  try {
    const { mtimeMs, size } = await stat(file)
    const url = pathToFileURL(file)
    // A module is kept by its address; a changed file must get another one.
    url.search = `changed=${mtimeMs}-${size}`
    const module = (await import(/* @vite-ignore */ url.href)) as { default?: unknown }
    const value = module.default
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { kind: 'value', value: value as Record<string, unknown> }
    return {
      kind: 'failed',
      reason: 'it has no default export: write export default defineConfiguration({...})',
    }
  } catch (error) {
    return {
      kind: 'failed',
      reason: `it cannot be run: ${plainText(error instanceof Error ? error.message : String(error), 300)}`,
    }
  }
}

function fileProblem(file: string, message: string, expected?: string): Problem {
  const where = { severity: 'error', file, line: 1, column: 1, length: 1, path: '' } as const
  return { ...where, message, ...(expected === undefined ? {} : { expected }), frame: '' }
}
