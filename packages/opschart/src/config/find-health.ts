import type { FoundValue } from './find-places.ts'
import { below, type ProjectFolder } from './project-folder.ts'

const maxFiles = 400
const maxDepth = 6

const source = /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|ex)$/
const testFile = /(?:^|[._/-])(?:test|tests|spec|specs|__tests__|fixtures?)(?:[._/-]|$)/i
const skipped = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'target',
  'vendor',
  'coverage',
  '__pycache__',
  'venv',
])

/** Paths by which services say that they are well, the plainest first. */
const healthPaths = [
  '/health',
  '/healthz',
  '/api/health',
  '/_health',
  '/livez',
  '/readyz',
  '/status/health',
] as const

const routes = new RegExp(`["'\`](${healthPaths.join('|')})["'\`]`, 'g')

/** A port in code: `listen(3000`, `PORT || 3000`, `PORT ?? '3000'`, `--port 3000`, `port: 3000`. */
const codePorts = [
  /\blisten\(\s{0,8}(\d{2,5})\b/,
  /\bPORT\b["'\])]{0,3}\s{0,8}(?:\|\||\?\?|,|or)\s{0,8}["']?(\d{2,5})\b/,
  /--port[= ](\d{2,5})\b/,
  /\bport\s{0,4}[:=]\s{0,4}(\d{2,5})\b/i,
]

/**
 * Where a service can be asked how it is: a health path that its code names, on the port that compose, its code, its
 * Procfile or its Dockerfile names. Undefined unless both are found.
 */
export async function findHealth(
  project: ProjectFolder,
  folder: string,
  service: string,
): Promise<FoundValue<string> | undefined> {
  const files = await sourceFiles(project, folder)
  const named = new Map<string, string>()
  let codePort: FoundValue<number> | undefined
  for (const file of files) {
    const text = (await project.text(file)) ?? ''
    for (const [, route] of text.matchAll(routes)) if (!named.has(route!)) named.set(route!, file)
    codePort ??= portIn(text, file)
  }
  const route = healthPaths.find((each) => named.has(each))
  if (route === undefined) return undefined
  const port =
    (await composePort(project, folder, service)) ??
    codePort ??
    (await otherPort(project, below(folder, 'Procfile'))) ??
    (await otherPort(project, below(folder, 'Dockerfile')))
  if (port === undefined) return undefined
  const places = [...new Set([named.get(route)!, port.found])]
  return { value: `http://127.0.0.1:${port.value}${route}`, found: places.join(' and ') }
}

function portIn(text: string, file: string): FoundValue<number> | undefined {
  for (const form of codePorts) {
    const port = Number(form.exec(text)?.[1])
    if (port >= 80 && port <= 65_535) return { value: port, found: file }
  }
  return undefined
}

async function otherPort(project: ProjectFolder, file: string): Promise<FoundValue<number> | undefined> {
  const text = (await project.text(file)) ?? ''
  const exposed = Number(
    /^EXPOSE\s{1,4}(\d{2,5})\b/m.exec(text)?.[1] ?? /(?:--port[= ]|-p )(\d{2,5})\b/.exec(text)?.[1],
  )
  return exposed >= 80 && exposed <= 65_535 ? { value: exposed, found: file } : undefined
}

/** The host's port that compose publishes: the service's own block, or the only block in its own folder's file. */
async function composePort(
  project: ProjectFolder,
  folder: string,
  service: string,
): Promise<FoundValue<number> | undefined> {
  const names = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']
  const files = [...new Set([...names.map((name) => below(folder, name)), ...names])]
  for (const file of files) {
    const text = await project.text(file)
    if (text === undefined) continue
    const lines = text.split(/\r?\n/)
    const blocks = lines.flatMap((line, index) =>
      /^ {2}[A-Za-z0-9._-]+:\s*$/.test(line) ? [{ name: line.trim().slice(0, -1), index }] : [],
    )
    const own =
      blocks.find(({ name }) => name === service || name === folder.split('/').at(-1)) ??
      (file === below(folder, file.split('/').at(-1)!)
        ? blocks.find(({ name }) => /^(?:app|web|api|server|service)$/.test(name))
        : undefined)
    if (own === undefined) continue
    const end = blocks.find(({ index }) => index > own.index)?.index ?? lines.length
    for (const line of lines.slice(own.index, end)) {
      const port = Number(/^\s*-\s*["']?(?:127\.0\.0\.1:|0\.0\.0\.0:)?(\d{2,5}):\d{2,5}/.exec(line)?.[1])
      if (port > 0 && port <= 65_535) return { value: port, found: `${file}, ${own.name}` }
    }
  }
  return undefined
}

/** A folder's source files, the shallow ones first, without tests and what was built or installed. */
async function sourceFiles(project: ProjectFolder, folder: string): Promise<string[]> {
  const found: string[] = []
  let level = [folder]
  for (let depth = 0; depth <= maxDepth && level.length > 0 && found.length < maxFiles; depth += 1) {
    const next: string[] = []
    for (const place of level) {
      for (const name of await project.names(place)) {
        const file = below(place, name)
        if (name.startsWith('.') || skipped.has(name) || testFile.test(file)) continue
        if (source.test(name)) {
          if (found.length < maxFiles && (await project.kind(file)) === 'file') found.push(file)
        } else if (next.length < maxFiles && !name.includes('.') && (await project.kind(file)) === 'folder')
          next.push(file)
      }
    }
    level = next
  }
  return found
}
