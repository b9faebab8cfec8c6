import type { ServiceConfiguration } from '@opschart/core'

import { askVersion } from './ask-version.ts'
import { findCommand, findTests, type FoundCommand } from './find-commands.ts'
import { findHealth } from './find-health.ts'
import { findLogs, findMigrations, findStatusPage } from './find-places.ts'
import { latestTag, safeVersion, type FoundRepository } from './find-releases.ts'
import type { FoundService } from './find-services.ts'
import { below, type ProjectFolder } from './project-folder.ts'

/** One value of a proposed service, and where it was found. */
export interface ProposedValue {
  readonly key: keyof ServiceConfiguration
  readonly value: string | readonly string[] | { readonly git: 'tag' } | { readonly file: string }
  readonly found: string
}

/** The release that seems to run now: what `opschart adopt` would be told, once a person has looked. */
export interface ProposedAdoption {
  readonly version: string
  /** The commit of its tag; null when no tag names the version. */
  readonly commit: string | null
  readonly found: string
  /** Every version that was found, the most telling first. */
  readonly candidates: readonly { readonly version: string; readonly found: string }[]
}

/** A service as it is proposed. */
export interface ProposedService {
  readonly name: string
  /** Where the service itself was found. */
  readonly found: string
  readonly values: readonly ProposedValue[]
  /** What was looked for and not found, with what it is for. */
  readonly missing: readonly {
    readonly key: keyof ServiceConfiguration
    readonly example: string
    readonly why: string
  }[]
  readonly adoption: ProposedAdoption | null
}

/** What a service is proposed from. */
export interface Surroundings {
  readonly project: ProjectFolder
  readonly repository: FoundRepository | undefined
  readonly isMonorepo: boolean
  /** Whether health addresses of this machine are asked for their version. */
  readonly ask: boolean
}

/** Looks at one service's folder and proposes its entry. */
export async function proposeService(
  service: FoundService,
  { project, repository, isMonorepo, ask }: Surroundings,
): Promise<ProposedService> {
  const { name, folder, manifest } = service
  const values: ProposedValue[] = []
  const add = (
    key: ProposedValue['key'],
    found: { value: ProposedValue['value']; found: string } | undefined,
  ) => {
    if (found !== undefined) values.push({ key, value: found.value, found: found.found })
  }
  if (folder !== '') add('paths', { value: [folder], found: `${folder}/` })
  if (repository?.trunk !== undefined) add('trunk', { value: repository.trunk, found: 'git' })
  add('logs', await findLogs(project, folder, name))

  const tag = latestTag(repository?.tags ?? [], name, isMonorepo)
  const versionFile =
    manifest?.version !== undefined && safeVersion.test(manifest.version) ? manifest.file : undefined
  if (tag !== undefined) add('version', { value: { git: 'tag' }, found: `git, tag ${tag.tag}` })
  else if (versionFile !== undefined)
    add('version', { value: { file: versionFile }, found: `${versionFile}, version ${manifest!.version}` })

  const deploy = await findCommand(project, folder, ['deploy'], manifest)
  const rollback =
    (await findCommand(project, folder, ['rollback', 'roll-back', 'roll_back'], manifest)) ?? undefined
  add('deploy', filled(deploy, '{version}'))
  add('rollback', filled(rollback, '{previous}') ?? again(deploy))
  const health = await findHealth(project, folder, name)
  add('health', health)
  add('status_page', await findStatusPage(project, folder))
  add('test', filled(await findTests(project, folder, manifest)))
  add('migrations', await findMigrations(project, folder))

  const running = ask && health !== undefined ? await askVersion(health.value) : undefined
  const candidates = [
    ...(running === undefined ? [] : [{ version: running, found: health!.value }]),
    ...(tag === undefined ? [] : [{ version: tag.tag, found: 'git, the newest tag' }]),
    ...(versionFile === undefined ? [] : [{ version: manifest!.version!, found: versionFile }]),
  ]
  return {
    name,
    found: service.found,
    values,
    missing: missingOf(values, folder),
    adoption: adoptionOf(candidates, repository),
  }
}

function filled(
  command: FoundCommand | undefined,
  placeholder?: string,
): { value: string[]; found: string } | undefined {
  if (command === undefined) return undefined
  const argv = [
    ...command.argv,
    ...(placeholder !== undefined && command.takesArguments ? [placeholder] : []),
  ]
  return { value: argv, found: command.found }
}

/** A deployment that takes a version puts an earlier one back, too. */
function again(deploy: FoundCommand | undefined): { value: string[]; found: string } | undefined {
  if (deploy === undefined || !deploy.takesArguments) return undefined
  return { value: [...deploy.argv, '{previous}'], found: `${deploy.found}, with the earlier version` }
}

function missingOf(values: readonly ProposedValue[], folder: string): ProposedService['missing'] {
  const examples: ProposedService['missing'] = [
    { key: 'logs', example: `[${below(folder, 'logs/*.log')}]`, why: 'without logs nothing is measured' },
    { key: 'deploy', example: '[./deploy, "{version}"]', why: 'without it nothing is deployed from here' },
    { key: 'rollback', example: '[./deploy, "{previous}"]', why: 'without it no roll-back is possible' },
    {
      key: 'health',
      example: 'http://127.0.0.1:3000/health',
      why: 'without it a deployment is not verified',
    },
  ]
  return examples.filter(({ key }) => !values.some((value) => value.key === key))
}

function adoptionOf(
  candidates: readonly { version: string; found: string }[],
  repository: FoundRepository | undefined,
): ProposedAdoption | null {
  const [first] = candidates
  if (first === undefined) return null
  const { version, found } = first
  // A running service often says 2.3.1 where its tag says v2.3.1; the tag is the version's name then.
  const ends = (tag: string) =>
    tag === version || tag === `v${version}` || tag.endsWith(`/v${version}`) || tag.endsWith(`@${version}`)
  const tag = repository?.tags.find((each) => ends(each.tag))
  return { version: tag?.tag ?? version, commit: tag?.commit ?? null, found, candidates }
}
