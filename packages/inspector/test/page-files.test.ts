// Properties:
//   - The page is made of its sources, whole: its files name each other, and none names an address elsewhere.
//   - A published package's page is the same.

import { readFile } from 'node:fs/promises'

import { expect, it } from 'vitest'

import { bundlePage } from '../bundle-page.ts'
import { pageFiles } from '../src/page-files.ts'

it('gives the files that the page names, and they ask nobody', async () => {
  const files = await pageFiles()
  const page = files.get('/')!.body
  const named = [...page.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, name]) => `/${name}`)
  expect([...named, '/', '/elk.js'].toSorted()).toEqual([...files.keys()].toSorted())
  expect(files.get('/page.js')!.body).toContain('elk.js')
  for (const name of ['/', '/page.css', '/page.js'])
    expect([
      name,
      files
        .get(name)!
        .body.match(/(?:https?:)?\/\/(?!www\.w3\.org\/|rolldown\.rs\/)[a-z0-9-]+\.[a-z]{2,}[^\s"'`]*/gi),
    ]).toEqual([name, null])
})

it('does not bring along what a page has no use for', async () => {
  const { 'page.js': script } = await bundlePage()
  // Of the packages below it, only what is drawn with.
  expect(script).not.toMatch(/ZodError|createActor|node:/)
  expect(script.length).toBeLessThan(200_000)
})

it('is what a build writes', async () => {
  const { scripts } = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  ) as { scripts: { build: string } }
  expect(scripts.build).toContain('node packages/inspector/bundle-page.ts')
})
