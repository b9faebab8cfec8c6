import { OperationError, type OperationInput, type Service, type Task } from '@opschart/core'

import { substitute } from '../deployment/argument-template.ts'
import { productionEnvironment, releaseValues } from '../deployment/release-values.ts'
import { planSection } from '../project/marked-section.ts'
import { fileName, markdownCode, markdownText } from '../project/plain-text.ts'
import { writePlanned } from '../project/planned-file.ts'
import { compare, projectFiles } from '../project/project-files.ts'
import { migrationFolder, readMigrations } from '../schema/migration-files.ts'
import { docsFolder } from './docs-folder.ts'
import { commandLine } from './package-scripts.ts'

/**
 * documentation-agent `update_deployment_guide`: our section of `<docs>/deployment.md`, with the very commands that
 * deploy, roll back and check this release, and what is missing for them.
 */
export function updateDeploymentGuide(): Task {
  return {
    agent: 'documentation-agent',
    task: 'update_deployment_guide',
    title: 'writes down how this release is deployed, checked and rolled back',
    changes: 'repository',
    timeout: 30_000,
    async run(input, context) {
      const files = projectFiles(context.root)
      const { service } = context
      const migrations = await readMigrations(files, service)
      const without = migrations.filter(({ down }) => down === null).map(({ upFile }) => upFile)
      const guide = await planSection(files, `${docsFolder(service)}/deployment.md`, {
        name: `deployment ${fileName(service.name)}`,
        title: 'Deployment',
        body: guideSection(service, input, migrations.length, without.toSorted(compare)),
      })
      return { files: await writePlanned(files, [guide], context) }
    },
  }
}

function guideSection(
  service: Service,
  input: OperationInput,
  migrations: number,
  without: readonly string[],
): string {
  const { release } = input
  const commit = release.commit === null ? '' : ` (commit ${markdownCode(release.commit.slice(0, 12))})`
  const lines = [
    `## ${markdownText(service.name)}`,
    '',
    `Release ${markdownCode(release.version)}${commit}. Environments: ${(service.environments ?? ['production']).map((name) => markdownCode(name)).join(' → ')}; deployments are followed in ${markdownCode(productionEnvironment(service))}.`,
    '',
    '### Deploy',
    '',
    ...command(
      service.deploy,
      input,
      service,
      'No `deploy` command is configured: whoever deploys does it by hand.',
    ),
    '',
    '### Roll back',
    '',
    ...(release.previous === null
      ? ['There is no earlier release to go back to.']
      : command(
          service.rollback,
          input,
          service,
          'No `rollback` command is configured: no automatic roll-back is possible.',
        )),
    '',
    '### Check',
    '',
    service.health === undefined
      ? 'No `health` address is configured.'
      : `${markdownCode(service.health)} answers 2xx, and its version, where it tells one, is ${markdownCode(release.version)}.`,
  ]
  if (service.test !== undefined) lines.push('', `Tests: ${markdownCode(commandLine(service.test), 400)}`)
  if (migrations > 0) {
    lines.push(
      '',
      '### Migrations',
      '',
      `${migrations} in ${markdownCode(migrationFolder(service))}. opschart never applies one: that belongs to the deploy command.`,
    )
    if (without.length > 0)
      lines.push(
        '',
        `Without a way back: ${without
          .slice(0, 20)
          .map((file) => markdownCode(file))
          .join(', ')}`,
      )
  }
  const earlier = release.deployments.slice(-10).toReversed()
  if (earlier.length > 0) {
    lines.push('', '### Last deployments', '', '| version | commit | time (UTC) |', '| --- | --- | --- |')
    for (const deployment of earlier) {
      const time = new Date(deployment.time).toISOString().slice(0, 16).replace('T', ' ')
      lines.push(
        `| ${markdownCode(deployment.version)} | ${markdownCode(deployment.commit?.slice(0, 12) ?? '')} | ${time} |`,
      )
    }
  }
  return lines.join('\n')
}

function command(
  template: readonly string[] | undefined,
  input: OperationInput,
  service: Service,
  without: string,
): string[] {
  if (template === undefined) return [without]
  let line: string
  try {
    line = commandLine(substitute(template, releaseValues(input, service)))
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    line = commandLine(template)
  }
  // In a fence nothing is markup; what could end the fence is taken out.
  return ['```sh', line.replace(/`{3,}/g, "'''").replace(/\s+/g, ' '), '```']
}
