import type { Task } from '@opschart/core'

import { packageScripts } from '../documentation/package-scripts.ts'
import { planSection } from '../project/marked-section.ts'
import { fileName, markdownCode, markdownText, oneLine } from '../project/plain-text.ts'
import { writePlanned } from '../project/planned-file.ts'
import { projectFiles } from '../project/project-files.ts'
import { monitoringFolder } from './baseline.ts'

/**
 * performance-optimizer-agent `setup_profiling`: writes down how a CPU or heap profile of this service is taken, from its
 * own start script. It switches nothing on: a profile costs time and may hold data, so a person decides when.
 */
export function setupProfiling(): Task {
  return {
    agent: 'performance-optimizer-agent',
    task: 'setup_profiling',
    title: 'writes down how this service is profiled',
    changes: 'monitoring',
    timeout: 30_000,
    async run(_input, context) {
      const files = projectFiles(context.root)
      const { service } = context
      const scripts = await packageScripts(files, service)
      const start = scripts?.scripts.find(([name]) => name === 'start')?.[1]
      // Put into the script's own line: NODE_OPTIONS would profile the package manager too, and older Nodes refuse it there.
      const rest = /^node\s+(\S[^\n]{0,400})$/.exec(start?.trim() ?? '')?.[1]
      if (rest === undefined) {
        const reason =
          start === undefined ? 'there is no start script' : 'the start script does not begin with node'
        return {
          written: false,
          files: [],
          reason: `${reason}, so how this service is profiled is not known`,
        }
      }
      const folder = `${monitoringFolder(service)}/profiles`
      const run = rest.replace(/`{3,}/g, "'''")
      const cpu = `node --cpu-prof --cpu-prof-dir=${folder} ${run}`
      const body = [
        `## Profiling ${markdownText(service.name)}`,
        '',
        `It is started with ${markdownCode(start)} (${markdownCode(scripts?.file)}).`,
        'Node takes a profile from start to end of the process: profile one instance, for minutes, then let it end.',
        '',
        '```sh',
        `${cpu}     # CPU: *.cpuprofile`,
        `node --heap-prof --heap-prof-dir=${folder} ${run}     # memory: *.heapprofile`,
        '```',
        '',
        'It must end by itself, or exit in a handler of SIGTERM: a process that is killed writes nothing.',
        "Open the file in a browser's developer tools (Performance or Memory, load profile).",
        `Profiles may hold data of users: keep ${markdownCode(folder)} out of git.`,
      ].join('\n')
      const page = await planSection(files, `${monitoringFolder(service)}/profiling.md`, {
        name: `profiling ${fileName(service.name)}`,
        title: 'Profiling',
        body,
      })
      return { written: true, command: oneLine(cpu, 500), files: await writePlanned(files, [page], context) }
    },
  }
}
