import { findRepository } from './find-releases.ts'
import { findServices } from './find-services.ts'
import { operationalJsonSchema } from './json-schema.ts'
import { lineDifference } from './line-difference.ts'
import { configurationFile, configurationModule } from './load-configuration.ts'
import { projectFolder, type ProjectFolder } from './project-folder.ts'
import { installedSchema, proposalYaml, writtenSchema } from './proposal-yaml.ts'
import { proposeService, type ProposedService } from './propose-service.ts'

/** What git shall not keep: our state, the projected context and the inbox. */
const ignored = ['.opschart/', '.claude/contexts/', '.claude/events/'] as const

/** A file as it is proposed, beside what is there. */
export interface ProposedFile {
  /** Relative to the project. */
  readonly path: string
  /** What it shall hold. */
  readonly content: string
  /** What it holds now; null when there is none. */
  readonly before: string | null
  /** `create` it, `append` to it, or `keep` what is there: nothing is ever overwritten. */
  readonly action: 'create' | 'append' | 'keep'
  /** What would change, line by line; empty when nothing would. Shown before anything is written. */
  readonly difference: string
}

/** What `opschart init` proposes. Nothing is written until {@link writeProposal} is told to. */
export interface Proposal {
  /** An absolute path, without symbolic links. */
  readonly root: string
  /** Whether there is a configuration already. */
  readonly initialised: boolean
  readonly services: readonly ProposedService[]
  /** The text of `operational.yaml`. */
  readonly yaml: string
  readonly files: readonly ProposedFile[]
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[]
}

/**
 * Looks at a project and proposes its configuration. The same project gives the same proposal. With `ask` (the default)
 * health addresses that the code names are asked for the running version, on this machine only.
 *
 * @throws the file system's error when the root does not exist.
 */
export async function proposeConfiguration(
  root: string,
  options: { readonly ask?: boolean } = {},
): Promise<Proposal> {
  const project = await projectFolder(root)
  const notes: string[] = []
  const repository = await findRepository(project.root, notes)
  if (repository === undefined) notes.push('this is no git repository: commits, merges and tags are not seen')
  const found = await findServices(project)
  const isMonorepo = found.some(({ folder }) => folder !== '')
  const services: ProposedService[] = []
  for (const service of found)
    services.push(
      await proposeService(service, { project, repository, isMonorepo, ask: options.ask ?? true }),
    )
  for (const { name, adoption } of services) {
    if (adoption === null) notes.push(`${name}: no version was found; the first deployment will name one`)
    const versions = new Set(
      adoption?.candidates.map(({ version }) => version.replace(/^.*[/@]/, '').replace(/^v/, '')),
    )
    if (versions.size > 1)
      notes.push(
        `${name}: it is not clear which version runs: ${adoption!.candidates.map(({ version, found: where }) => `${version} (${where})`).join(', ')}`,
      )
  }

  const installed = (await project.kind(installedSchema)) === 'file'
  const yaml = proposalYaml(services, installed ? `../../${installedSchema}` : 'operational.schema.json')
  const initialised =
    (await project.kind(configurationFile)) !== undefined ||
    (await project.kind(configurationModule)) !== undefined
  if (initialised) notes.push(`there is a configuration already: it stays as it is`)
  const isOld = (await project.kind('.claude')) === 'folder'
  if (isOld && !initialised) notes.push('.claude is there already: only what opschart needs is added')
  const files = [
    await proposedConfiguration(project, yaml),
    ...(repository === undefined ? [] : [await proposedIgnore(project)]),
    ...(installed || initialised ? [] : [await proposedSchema(project)]),
  ]
  return { root: project.root, initialised, services, yaml, files, notes }
}

/** The schema, for editors, where no installed package carries it. */
async function proposedSchema(project: ProjectFolder): Promise<ProposedFile> {
  const before = (await project.text(writtenSchema, 1024 * 1024)) ?? null
  const content = `${JSON.stringify(operationalJsonSchema(), null, 2)}\n`
  return {
    path: writtenSchema,
    content,
    before,
    action: before === null ? 'create' : 'keep',
    // Nobody wants to read it here.
    difference: before === null ? `+ ${content.split('\n').length} lines of JSON Schema, for editors` : '',
  }
}

async function proposedConfiguration(project: ProjectFolder, yaml: string): Promise<ProposedFile> {
  const before = (await project.text(configurationFile, 1024 * 1024)) ?? null
  const action =
    before === null && (await project.kind(configurationModule)) === undefined ? 'create' : 'keep'
  return {
    path: configurationFile,
    content: yaml,
    before,
    action,
    difference: lineDifference(before ?? '', yaml),
  }
}

async function proposedIgnore(project: ProjectFolder): Promise<ProposedFile> {
  const before = (await project.text('.gitignore', 1024 * 1024)) ?? null
  const kept = new Set(
    (before ?? '').split(/\r?\n/).map((line) =>
      line
        .trim()
        .replace(/^\//, '')
        .replace(/\/(?:\*\*?)?$/, ''),
    ),
  )
  const missing = ignored.filter(
    (each) => !kept.has(each.replace(/\/$/, '')) && !kept.has(each.split('/')[0]!),
  )
  const gap = before === null || before === '' || before.endsWith('\n') ? '' : '\n'
  const content = missing.length === 0 ? (before ?? '') : `${before ?? ''}${gap}${missing.join('\n')}\n`
  const action = missing.length === 0 ? 'keep' : before === null ? 'create' : 'append'
  return { path: '.gitignore', content, before, action, difference: lineDifference(before ?? '', content) }
}
