import type { Task } from '@opschart/core'

import type { Route } from '../code/route-scan.ts'
import { scanRoutes } from '../code/route-scan.ts'
import { readSources } from '../code/source-files.ts'
import { planSection, sectionBody } from '../project/marked-section.ts'
import { planOwnedFile } from '../project/owned-file.ts'
import { fileName, markdownCode, markdownText, oneLine } from '../project/plain-text.ts'
import { writePlanned } from '../project/planned-file.ts'
import { projectFiles } from '../project/project-files.ts'
import { docsFolder } from './docs-folder.ts'
import { openApiDocument } from './openapi.ts'

/**
 * documentation-agent `regenerate_api_docs`: reads routes, parameters, status codes, keys and comments from the service's
 * code, and writes `<docs>/<service>.openapi.json` (OpenAPI 3.1) and our section of `<docs>/api.md`.
 */
export function regenerateApiDocs(): Task {
  return {
    agent: 'documentation-agent',
    task: 'regenerate_api_docs',
    title: "writes the API docs from the service's code",
    changes: 'repository',
    timeout: 60_000,
    async run(input, context) {
      const files = projectFiles(context.root)
      const { service } = context
      const version = oneLine(input.release.version, 100)
      const routes = scanRoutes(await readSources(files, service))
      context.progress(`${routes.length} routes found`)
      const section = `api ${fileName(service.name)}`
      const path = `${docsFolder(service)}/api.md`
      // A page of ours that is there already is brought up to date all the same.
      const isDocumented = sectionBody((await files.read(path)) ?? '', section) !== undefined
      if (routes.length === 0 && !isDocumented)
        return { routes: 0, files: [], reason: 'no HTTP route was found in the code' }
      const openApi = await planOwnedFile(
        files,
        `${docsFolder(service)}/${fileName(service.name)}.openapi.json`,
        {
          json: openApiDocument(service.name, version, routes),
        },
      )
      const page = await planSection(files, path, {
        name: section,
        title: 'API',
        body: apiPage(service.name, version, routes, openApi.path),
      })
      return { routes: routes.length, files: await writePlanned(files, [openApi, page], context) }
    },
  }
}

/** Our section of the API page: a table of all routes, then each one that has more to say. */
export function apiPage(service: string, version: string, routes: readonly Route[], openApi: string): string {
  const rows = routes.map(
    (route) =>
      `| ${route.method} | ${markdownCode(route.path)} | ${route.statuses.join(', ')} | ${markdownText(firstSentence(route.description), 120)} | ${markdownCode(`${route.file}:${route.line}`)} |`,
  )
  const details = routes.filter((route) => route.description !== '' || keysOf(route).length > 0).map(detail)
  return [
    `## ${markdownText(service)} ${markdownText(version)}`,
    '',
    `${routes.length} routes, read from the code. The same for machines: ${markdownCode(openApi.split('/').at(-1))}.`,
    '',
    '| method | path | status | | code |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...details.flatMap((lines) => ['', ...lines]),
  ].join('\n')
}

function detail(route: Route): string[] {
  return [
    `### ${route.method} ${markdownCode(route.path)}`,
    ...(route.description === '' ? [] : ['', markdownText(route.description, 1000)]),
    ...keysOf(route).flatMap(([what, keys]) => [
      '',
      `${what}: ${keys.map((key) => markdownCode(key)).join(', ')}`,
    ]),
  ]
}

function keysOf(route: Route): [string, readonly string[]][] {
  const all: [string, readonly string[]][] = [
    ['Query', route.queryKeys],
    ['Body', route.bodyKeys],
    ['Answer', route.responseKeys],
  ]
  return all.filter(([, keys]) => keys.length > 0)
}

function firstSentence(text: string): string {
  const end = text.indexOf('. ')
  return end < 0 ? text : text.slice(0, end + 1)
}
