// Properties:
//   - The tarballs, put into an empty project beside what they say they depend on, are all that a strict TypeScript program needs.
//   - From them the library runs, the command line runs, and the inspector's page is served.

import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { blocksOf } from './document-blocks.ts'

const execute = promisify(execFile)
const root = path.join(import.meta.dirname, '..')
const folder = mkdtempSync(path.join(tmpdir(), 'opschart-tarballs-'))
const [copy, app] = [path.join(folder, 'copy'), path.join(folder, 'app')]
const tsc = path.join(root, 'node_modules/.bin/tsc')
const packages = readdirSync(path.join(root, 'packages'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(command: string, options: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await execute(command, options, { cwd }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${options.join(' ')}:\n${stdout}${stderr}`)
    },
  )
  return stdout
}

/** A copy of the packages, since what they are built into here is other tests' as well. */
function copyPackages(): void {
  const left = /\/(?:dist|test|\.opschart)$|\.tsbuildinfo$/
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'packages'])
    cpSync(path.join(root, file), path.join(copy, file), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !left.test(source),
    })
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
}

interface Manifest {
  readonly name: string
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  /** Which npm installs, too. */
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** Puts a tarball where npm would, and what it depends on beside it. */
async function install(name: string): Promise<Manifest> {
  const tarball = name === 'opschart' ? 'opschart' : `opschart-${name}`
  const into = path.join(app, 'node_modules', name === 'opschart' ? name : `@opschart/${name}`)
  mkdirSync(into, { recursive: true })
  const version = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'))
    .version as string
  await run(
    'tar',
    ['-xzf', path.join(copy, 'tarballs', `${tarball}-${version}.tgz`), '--strip-components=1'],
    into,
  )
  const manifest = JSON.parse(readFileSync(path.join(into, 'package.json'), 'utf8')) as Manifest
  for (const needed of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    if (needed.startsWith('@opschart/')) continue
    const place = path.join(app, 'node_modules', needed)
    mkdirSync(path.dirname(place), { recursive: true })
    rmSync(place, { force: true })
    symlinkSync(path.join(root, 'packages', name, 'node_modules', needed), place)
  }
  return manifest
}

const manifests = new Map<string, Manifest>()

beforeAll(async () => {
  copyPackages()
  await run(tsc, ['-b', 'packages/opschart'], copy)
  await run(process.execPath, ['packages/inspector/bundle-page.ts'], copy)
  const pack = ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', 'tarballs']
  await run('npx', ['-y', 'pnpm@12', ...pack], copy)
  for (const name of packages) manifests.set(name, await install(name))
  writeFileSync(path.join(app, 'package.json'), '{ "type": "module", "private": true }')
}, 180_000)

describe('the tarballs', () => {
  it('hold no sources, no tests, and no dependency of the workspace', () => {
    for (const [name, { dependencies = {} }] of manifests) {
      const into = path.join(app, 'node_modules', name === 'opschart' ? name : `@opschart/${name}`)
      const files = readdirSync(into, { recursive: true }).map(String)
      expect(
        files.filter((file) => /^src|\.test\.|(?<!\.d)\.ts$/.test(file)),
        name,
      ).toEqual([])
      expect(Object.values(dependencies).filter((range) => range.includes('workspace'))).toEqual([])
    }
  })

  it('give a strict program all types, without those of Node', async () => {
    const [example] = blocksOf('README.md', readFileSync(path.join(root, 'README.md'), 'utf8')).filter(
      ({ mark }) => mark === 'runs',
    )
    writeFileSync(path.join(app, 'example.ts'), example!.text)
    const places = ['opschart', 'opschart/sqlite', 'opschart/inspector', 'opschart/testing']
    const all = places.map(
      (place, index) => `import * as place${index} from '${place}'\nvoid place${index}\n`,
    )
    writeFileSync(path.join(app, 'all.ts'), all.join(''))
    const compilerOptions = { strict: true, module: 'nodenext', target: 'esnext', noEmit: true, types: [] }
    writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    expect(await run(tsc, ['-p', '.'], app)).toBe('')
    expect(await run(process.execPath, ['example.ts'], app)).toBe(
      'DEPLOYED in STAGING: only deployer may send it, not agent:responder\n',
    )
  })

  it('have a command line that runs, and a page that is served', async () => {
    const bin = path.join(app, 'node_modules/opschart', manifests.get('opschart')!.bin!['opschart']!)
    expect(await run(process.execPath, [bin, 'chart'], app)).toContain('INCIDENT')
    const program = `
      import { createInspector } from 'opschart/inspector'
      const inspector = await createInspector()
      const page = await fetch(new URL('/', inspector.address))
      console.log(page.status, page.headers.get('content-type'))
      await inspector.close()
    `
    writeFileSync(path.join(app, 'page.js'), program)
    expect(await run(process.execPath, ['page.js'], app)).toBe('200 text/html; charset=utf-8\n')
  })
})
