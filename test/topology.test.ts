// Properties:
//   - The packages are a star: everything points at core, only `opschart` points at everything.
//   - What a package imports it has declared, and no relative import leaves its package.
//   - Source files are short, kebab-case, and at most one folder deep.

import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { importSpecifiers } from './import-specifiers.ts'

// The pin: package -> workspace packages it may depend on. A literal, changed only on purpose.
const star: Record<string, readonly string[]> = {
  core: [],
  runtime: ['core'],
  watchers: ['core'],
  agents: ['core'],
  hosts: ['core'],
  inspector: ['core'],
  testing: ['core'],
  opschart: ['core', 'runtime', 'watchers', 'agents', 'hosts', 'inspector', 'testing'],
}

const maximumLines = 300
const fileName = /^_?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/
const folderName = /^_?[a-z0-9]+(-[a-z0-9]+)*$/

interface Manifest {
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const root = path.join(import.meta.dirname, '..')
const packagesFolder = path.join(root, 'packages')
const rootManifest = readManifest(root)

describe('the star of packages', () => {
  it('names every package there is', () => {
    const folders = readdirSync(packagesFolder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    expect(folders.toSorted()).toEqual(Object.keys(star).toSorted())
  })

  it.each(Object.keys(star))('%s is named after its folder', (folder) => {
    expect(manifestOf(folder).name).toBe(publicName(folder))
  })

  it.each(Object.keys(star))('%s declares only the workspace packages it may use', (folder) => {
    const manifest = manifestOf(folder)
    const declared = Object.keys({ ...declaredBy(manifest), ...manifest.devDependencies })
    expect(declared.filter(isWorkspacePackage).filter((name) => !mayUse(folder, name))).toEqual([])
  })

  it.each(Object.keys(star))('%s imports only the workspace packages it may use', (folder) => {
    const faults = importsOf(folder).filter(
      ({ specifier }) =>
        isWorkspacePackage(packageName(specifier)) && !mayUse(folder, packageName(specifier)),
    )
    expect(faults.map(described)).toEqual([])
  })

  it.each(Object.keys(star))('%s declares every package it imports', (folder) => {
    const manifest = manifestOf(folder)
    const forSource = new Set([manifest.name, ...Object.keys(declaredBy(manifest))])
    const forTests = new Set([
      ...forSource,
      ...Object.keys({ ...manifest.devDependencies, ...rootManifest.devDependencies }),
    ])
    const faults = importsOf(folder).filter(({ file, specifier }) => {
      if (isRelative(specifier) || isBuiltin(specifier)) return false
      return !(isTest(file) ? forTests : forSource).has(packageName(specifier))
    })
    expect(faults.map(described)).toEqual([])
  })

  it.each(Object.keys(star))('no relative import leaves %s', (folder) => {
    const home = path.join(packagesFolder, folder) + path.sep
    const faults = importsOf(folder).filter(({ file, specifier }) => {
      const target = path.resolve(packagesFolder, folder, path.dirname(file), specifier)
      return isRelative(specifier) && !target.startsWith(home)
    })
    expect(faults.map(described)).toEqual([])
  })
})

describe('the source files', () => {
  it.each(Object.keys(star))(`of %s have at most ${maximumLines} lines`, (folder) => {
    const long = sourceFiles(folder)
      .filter((file) => isCode(file) && !isTest(file))
      .filter((file) => lineCount(read(folder, file)) > maximumLines)
    expect(long).toEqual([])
  })

  it.each(Object.keys(star))('of %s are at most one folder deep in src', (folder) => {
    expect(sourceFiles(folder).filter((file) => file.split('/').length > 3)).toEqual([])
  })

  it.each(Object.keys(star))('of %s have kebab-case names', (folder) => {
    const odd = sourceFiles(folder).filter((file) => {
      const parts = file.split('/')
      const name = parts.pop() ?? ''
      return !fileName.test(name) || !parts.every((part) => folderName.test(part))
    })
    expect(odd).toEqual([])
  })
})

describe('the import scanner', () => {
  it('sees each way to import, and no import in comments or strings', () => {
    const code = `
      import a, { type B } from 'static'
      import type { C } from 'type-only'
      import 'side-effect'
      export { d } from 'export-from'
      export * from 'export-all'
      const e = await import('dynamic')
      const f = await import(\`template\`)
      type G = import('in-a-type').H
      // import i from 'comment'
      const j = "import k from 'string'"
      const l = /import m from 'expression'/
    `
    expect(importSpecifiers('sample.ts', code)).toEqual([
      'static',
      'type-only',
      'side-effect',
      'export-from',
      'export-all',
      'dynamic',
      'template',
      'in-a-type',
    ])
  })

  it('refuses a file that does not parse', () => {
    expect(() => importSpecifiers('broken.ts', 'import {')).toThrow('broken.ts')
  })
})

interface Import {
  file: string
  specifier: string
}

/** Every import in a package's src and test folders; files are relative to the package. */
function importsOf(folder: string): Import[] {
  return [...sourceFiles(folder), ...filesUnder(folder, 'test')].filter(isCode).flatMap((file) =>
    importSpecifiers(`packages/${folder}/${file}`, read(folder, file)).map((specifier) => ({
      file,
      specifier,
    })),
  )
}

function sourceFiles(folder: string): string[] {
  return filesUnder(folder, 'src')
}

function filesUnder(folder: string, top: string): string[] {
  const home = path.join(packagesFolder, folder)
  const tops = readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  if (!tops.some((entry) => entry.name === top)) return []
  return readdirSync(path.join(home, top), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(home, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
}

function read(folder: string, file: string): string {
  return readFileSync(path.join(packagesFolder, folder, file), 'utf8')
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
}

function manifestOf(folder: string): Manifest {
  return readManifest(path.join(packagesFolder, folder))
}

function declaredBy(manifest: Manifest): Record<string, string> {
  return { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies }
}

function publicName(folder: string): string {
  return folder === 'opschart' ? 'opschart' : `@opschart/${folder}`
}

function isWorkspacePackage(name: string): boolean {
  return name === 'opschart' || name.startsWith('@opschart/')
}

function mayUse(folder: string, name: string): boolean {
  return name === publicName(folder) || (star[folder] ?? []).some((other) => publicName(other) === name)
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function isRelative(specifier: string): boolean {
  return /^(\.|\/|file:)/.test(specifier)
}

function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file)
}

function isTest(file: string): boolean {
  return file.startsWith('test/') || /\.test\.tsx?$/.test(file)
}

function lineCount(code: string): number {
  return code.split('\n').length - (code.endsWith('\n') ? 1 : 0)
}

function described({ file, specifier }: Import): string {
  return `${file} imports ${specifier}`
}
