import type { Service, Task } from '@opschart/core'

import { scanRoutes, type Route } from '../code/route-scan.ts'
import { readSources } from '../code/source-files.ts'
import { planSection } from '../project/marked-section.ts'
import { fileName, markdownCode, markdownText, oneLine } from '../project/plain-text.ts'
import { writePlanned } from '../project/planned-file.ts'
import { projectFiles } from '../project/project-files.ts'
import { docsFolder } from './docs-folder.ts'
import { commandLine, packageScripts, type PackageScripts } from './package-scripts.ts'

/**
 * documentation-agent `update_readme`: our section of the service's README (in its only folder, else the project's):
 * version, endpoints, how it is run, tested and deployed. What people wrote stays to the byte.
 */
export function updateReadme(): Task {
  return {
    agent: 'documentation-agent',
    task: 'update_readme',
    title: 'brings our section of the README up to date',
    changes: 'repository',
    timeout: 60_000,
    async run(input, context) {
      const files = projectFiles(context.root)
      const { service } = context
      const scripts = await packageScripts(files, service)
      const routes = scanRoutes(await readSources(files, service))
      const folder = scripts?.folder ?? ''
      const readme = await planSection(files, folder === '' ? 'README.md' : `${folder}/README.md`, {
        name: `readme ${fileName(service.name)}`,
        title: oneLine(service.name, 100),
        body: readmeSection(service, input.release.version, routes, scripts),
      })
      return { routes: routes.length, files: await writePlanned(files, [readme], context) }
    },
  }
}

const shownRoutes = 40
const runScripts = ['dev', 'start', 'build', 'test']

function readmeSection(
  service: Service,
  version: string,
  routes: readonly Route[],
  scripts: PackageScripts | null,
): string {
  const lines = [`## ${markdownText(service.name)}`, '', `Live version: ${markdownCode(version)}`]
  const known = scripts?.scripts.filter(([name]) => runScripts.includes(name)) ?? []
  if (scripts !== null && known.length > 0) {
    const where = scripts.folder === '' ? '' : ` in ${markdownCode(scripts.folder)}`
    lines.push('', `### Run`, '', `With the scripts of ${markdownCode(scripts.file)}${where}:`, '')
    for (const name of runScripts) {
      const script = known.find(([candidate]) => candidate === name)
      if (script !== undefined)
        lines.push(`- ${markdownCode(`${scripts.manager} run ${name}`)} runs ${markdownCode(script[1])}`)
    }
  }
  if (routes.length > 0) {
    lines.push('', '### Endpoints', '', '| method | path | |', '| --- | --- | --- |')
    for (const route of routes.slice(0, shownRoutes)) {
      lines.push(
        `| ${route.method} | ${markdownCode(route.path)} | ${markdownText(route.description, 100)} |`,
      )
    }
    if (routes.length > shownRoutes)
      lines.push('', `${routes.length - shownRoutes} more are in the API docs.`)
    lines.push('', `All of them: ${markdownCode(`${docsFolder(service)}/api.md`)}`)
  }
  lines.push('', '### Operate', '')
  if (service.deploy !== undefined) lines.push(`- deploy: ${markdownCode(commandLine(service.deploy), 400)}`)
  if (service.rollback !== undefined)
    lines.push(`- roll back: ${markdownCode(commandLine(service.rollback), 400)}`)
  if (service.test !== undefined) lines.push(`- test: ${markdownCode(commandLine(service.test), 400)}`)
  if (service.health !== undefined) lines.push(`- health: ${markdownCode(service.health)}`)
  if (lines.at(-1) === '') lines.push('- nothing is configured for this service yet')
  return lines.join('\n')
}
