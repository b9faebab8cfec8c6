// Properties:
//   - Each block of code in a document is run, checked, taken from a program that runs, or marked as output.
//   - What a document shows of an output is what comes out.
//   - Names and files that documents speak of are there.

import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { builtinTasks } from '@opschart/agents'
import { readArguments } from '../bench/harness/arguments.ts'
import { commands } from '../packages/opschart/src/cli/_commands.ts'
import { loadConfiguration } from '../packages/opschart/src/config/load-configuration.ts'
import { sections } from '../packages/opschart/src/config/operational-schema.ts'
import { blocksOf, differenceOf, placeOf, wordsOf, type Block } from './document-blocks.ts'
import { openSession } from './guide-session.ts'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '..')
const documents = [
  'README.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/benchmarks.md',
  'docs/benchmarks-inspector.md',
  'docs/decisions.md',
  'docs/extend.md',
  'docs/guide.md',
  'docs/spec.md',
]
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const blocks = documents.flatMap((document) => blocksOf(document, read(document)))
const marked = (form: RegExp) =>
  blocks.filter(({ mark }) => form.test(mark)).map((block) => [placeOf(block), block] as const)
const nextOf = (block: Block): Block | undefined => blocks[blocks.indexOf(block) + 1]
const bin = path.join(root, 'packages/opschart/src/bin.ts')

/** What may stand above a block, by its language. */
const kinds: Record<string, RegExp> = {
  ts: /^(?:runs|from examples\/\S+|checked opschart\.config\.ts)$/,
  yaml: /^(?:checked|writes \S+|file \S+)$/,
  json: /^appends \S+$/,
  sh: /^(?:script|session(?: each)?(?: exits \d+| waits)*)$/,
  text: /^(?:prints|output of .+|picture|tree(?: of a project)?)$/,
  mermaid: /^opschart chart --mermaid$/,
}

let folder: string
beforeAll(() => {
  // Inside the examples' package, so that `opschart` is found as a user's program finds it.
  folder = mkdtempSync(path.join(root, 'examples/.documents-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the documents', () => {
  it('mark each block with what becomes of it', () => {
    const odd = blocks.filter(({ language, mark }) => kinds[language]?.test(mark) !== true)
    expect(odd.map((block) => `${placeOf(block)}: ${block.language} <!-- ${block.mark} -->`)).toEqual([])
  })

  it('show outputs only after what prints them', () => {
    const lost = blocks.filter(
      ({ mark }, index) => mark === 'prints' && !/^(?:runs|session)/.test(blocks[index - 1]?.mark ?? ''),
    )
    expect(lost.map(placeOf)).toEqual([])
  })

  it.each(documents)('%s links only to files and headings that are there', (document) => {
    const links = [...read(document).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!)
    const lost = links.filter((target) => !existsSync(path.join(root, path.dirname(document), target)))
    expect(lost).toEqual([])
  })

  it('show pictures that are there, small, in both themes, and tell them to who does not see them', () => {
    const shown = documents.flatMap((document) =>
      [...read(document).matchAll(/<picture>.*?<\/picture>/gs)].map(([text]) => ({ document, text })),
    )
    expect(shown.length).toBeGreaterThan(0)
    for (const { document, text } of shown) {
      const [, dark = '', alt = '', light = ''] = new RegExp(
        '<source media="\\(prefers-color-scheme: dark\\)" srcset="([^"]+)" */?>\\s*<img alt="([^"]{20,})" src="([^"]+)" */?>',
      ).exec(text) ?? [text]
      expect([alt, dark], text).toEqual([alt, light.replace('-light.png', '-dark.png')])
      for (const file of [dark, light])
        expect(statSync(path.join(root, path.dirname(document), file)).size).toBeLessThan(300_000)
    }
  })

  it.each(documents)('%s names only files that are there', (document) => {
    const files = [...read(document).matchAll(/`((?:packages|test|docs|examples)\/[\w./-]+)`/g)].map(
      ([, file]) => file!,
    )
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
  })

  it.each(marked(/^tree$/))('%s is the tree as it is', (_, { text }) => {
    const files = text.split('\n').map((line) => line.split(/\s/, 1)[0]!)
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
  })

  it('NOTICE names every package that ours install', () => {
    const installed = readdirSync(path.join(root, 'packages')).flatMap((name) => {
      const manifest = JSON.parse(read(`packages/${name}/package.json`)) as Record<
        string,
        Record<string, string> | undefined
      >
      return Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] })
    })
    const foreign = installed.filter((name) => name !== 'opschart' && !name.startsWith('@opschart/'))
    expect(foreign.filter((name) => !read('NOTICE').includes(name))).toEqual([])
  })

  it('AGENTS.md stays below 100 lines', () => {
    expect(read('AGENTS.md').split('\n').length).toBeLessThan(100)
  })
})

describe('the programs', () => {
  it.each(marked(/^runs$/))('%s prints what the document shows', { timeout: 30_000 }, async (_, block) => {
    const file = path.join(folder, `line-${block.line}.ts`)
    writeFileSync(file, block.text)
    const { stdout, stderr } = await run(process.execPath, [file], { timeout: 20_000, killSignal: 'SIGKILL' })
    expect(stderr).toBe('')
    expect(nextOf(block)?.mark).toBe('prints')
    expect(stdout.trimEnd()).toBe(nextOf(block)!.text)
  })

  it.each(marked(/^from /))('%s stands in the program as it is shown', (_, { mark, text }) => {
    const bare = (code: string) =>
      code
        .split('\n')
        .map((line) => line.trim())
        .join('\n')
    expect(bare(read(mark.slice('from '.length)))).toContain(bare(text))
  })

  it('type-check', { timeout: 60_000 }, async () => {
    const files = blocks
      .filter(({ language, mark }) => language === 'ts' && !mark.startsWith('from '))
      .map((block, index) => {
        const file = `types-${index}.ts`
        writeFileSync(path.join(folder, file), block.text)
        return file
      })
    const compilerOptions = {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
    }
    const project = { extends: '../../tsconfig.base.json', compilerOptions, files }
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(project))
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
    const answer = await run(process.execPath, [compiler, '-p', folder, '--pretty', 'false']).catch(
      (error: unknown) => error as { stdout: string },
    )
    expect(answer.stdout).toBe('')
  })
})

describe('the configurations', () => {
  const checked = (configuration: Record<string, string>) => {
    const project = mkdtempSync(path.join(folder, 'project-'))
    for (const [file, text] of Object.entries(configuration)) {
      mkdirSync(path.dirname(path.join(project, file)), { recursive: true })
      writeFileSync(path.join(project, file), text)
    }
    return loadConfiguration(project, { tasks: builtinTasks() })
  }

  it.each(marked(/^checked$/))('%s is a sound file', async (_, { text }) => {
    const { problems } = await checked({ '.claude/config/operational.yaml': text })
    expect(problems.filter(({ severity }) => severity !== 'note').map(({ message }) => message)).toEqual([])
  })

  it.each(marked(/^checked opschart/))('%s is a sound module', async (_, { text }) => {
    const { problems, configuration } = await checked({ 'opschart.config.ts': text })
    expect(problems.filter(({ severity }) => severity !== 'note').map(({ message }) => message)).toEqual([])
    expect(configuration).toBeDefined()
  })

  it('show every section there is', () => {
    const shown = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text)
    const prose = read('docs/guide.md')
    const lost = Object.keys(sections).filter(
      (section) =>
        !shown.some((text) => new RegExp(`^${section}:`, 'm').test(text)) &&
        !prose.includes(`\`${section}\``),
    )
    expect(lost).toEqual([])
  })
})

describe('the commands', () => {
  it.each(marked(/^script$/))('%s names scripts that are there', (_, { text }) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const line of text.split('\n')) {
      const [first, yes, manager, script, ...rest] = wordsOf(line)
      expect([first, yes, manager]).toEqual(['npx', '-y', 'pnpm@12'])
      expect(Object.keys(scripts)).toContain(script)
      if (script === 'bench') expect(readArguments(rest, ['durable', 'inspector'])).toBeDefined()
      else expect(rest).toEqual([])
    }
  })

  it('are each invoked once in the guide, but for the demo', () => {
    const lines = blocks
      .filter(({ mark }) => mark.startsWith('session'))
      .flatMap(({ text }) => text.split('\n'))
    const invoked = new Set(
      lines.map(wordsOf).flatMap(([program, name]) => (program === 'opschart' ? [name] : [])),
    )
    const names = commands.map(({ name }) => name)
    expect(names.filter((name) => !invoked.has(name))).toEqual(['demo'])
  })

  it('of the guide do what it says, in its order', { timeout: 240_000 }, async () => {
    const session = await openSession()
    try {
      await session.play(blocks.filter(({ document }) => document === 'docs/guide.md'))
    } finally {
      await session.close()
    }
  })

  it('draw the chart that the README shows', { timeout: 30_000 }, async () => {
    const { stdout } = await run(process.execPath, [bin, 'chart', '--mermaid', '--root', folder])
    const pictures = blocks.filter(({ language }) => language === 'mermaid')
    expect(pictures.map(({ document }) => document)).toEqual(['README.md'])
    expect(pictures[0]!.text).toBe(stdout.trimEnd())
  })
})

describe('the comparison of outputs', () => {
  it('passes over what is another in each run, and nothing else', () => {
    expect(differenceOf('#1 10:20:04 (2 s ago) web', '#1 09:00:59 (13 s ago)  web')).toBeUndefined()
    expect(differenceOf('#1 10:20:04 web', '#2 10:20:04 web')).toBeDefined()
  })

  it('lets `…` stand for lines, and no line be missing, added or out of order', () => {
    expect(differenceOf('a\n…\nc', 'a\nb\nc')).toBeUndefined()
    expect(differenceOf('a\n…', 'a')).toBeUndefined()
    expect(differenceOf('a\nc', 'a\nb\nc')).toBeDefined()
    expect(differenceOf('a', 'a\nb')).toBeDefined()
    expect(differenceOf('…\nb\na', 'a\nb')).toBeDefined()
    expect(differenceOf('a\nb', 'a')).toBeDefined()
  })

  it('finds a block that is not marked, and one that is not closed', () => {
    expect(blocksOf('a.md', 'text\n```sh\nls\n```')).toMatchObject([{ line: 2, mark: '', text: 'ls' }])
    expect(() => blocksOf('a.md', '```sh\nls')).toThrow('a.md:1')
  })
})
