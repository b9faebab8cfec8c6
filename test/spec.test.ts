// Properties:
//   - Each clause of the specification is proved by a test that names it, or marked `later`.
//   - No test names a clause that there is not, and no clause is there twice.
//   - Each clause says where it lives, and there it is.

import { existsSync, readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

import { clausesOf, orphansOf, titlesOf, type Title } from './spec-clauses.ts'

const root = path.join(import.meta.dirname, '..')
const specification = readFileSync(path.join(root, 'docs/spec.md'), 'utf8')
const clauses = clausesOf(specification)

/** Titles of all tests, and of the conformance cases that tests run. */
async function allTitles(): Promise<Title[]> {
  const patterns = [
    'packages/*/src/**/*.test.ts',
    'packages/*/test/**/*.test.ts',
    'packages/testing/src/*-cases*.ts',
    'test/**/*.test.ts',
  ]
  const files: string[] = []
  for (const pattern of patterns) for await (const file of glob(pattern, { cwd: root })) files.push(file)
  const own = path.relative(root, import.meta.filename)
  return files
    .filter((file) => file !== own)
    .toSorted()
    .flatMap((file) => titlesOf(file, readFileSync(path.join(root, file), 'utf8')))
}

describe('the specification', () => {
  it('has the clauses of the law, of durability, of what is asked beforehand and of rules, each once, in order', () => {
    const numbered = (letter: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
    expect(clauses.map(({ number }) => number)).toEqual([
      ...numbered('L', 17),
      ...numbered('D', 15),
      ...numbered('W', 3),
      ...numbered('P', 11),
      ...numbered('R', 3),
    ])
  })

  it('leaves open only what is said to be open', () => {
    expect(clauses.filter(({ later }) => later).map(({ number }) => number)).toEqual(['R2', 'R3'])
  })

  it('has a test for each clause that is kept', async () => {
    expect(orphansOf(clauses, await allTitles()).untested).toEqual([])
  })

  it('has each clause that a test names', async () => {
    expect(orphansOf(clauses, await allTitles()).unknown).toEqual([])
  })

  it('says of each clause where it lives, in files that are there', () => {
    const parts = specification.split(/^- \*\*\[/m).slice(1)
    expect(parts.length).toBe(clauses.length)
    const lost = parts.flatMap((part) => {
      const where = /^ {2}Where: (.*)\.$/m.exec(part)?.[1] ?? ''
      const files = [...where.matchAll(/`([^`]+)`/g)].map(([, file]) => file!)
      return files.length === 0
        ? [part.slice(0, 40)]
        : files.filter((file) => !existsSync(path.join(root, file)))
    })
    expect(lost).toEqual([])
  })
})

describe('the search for orphans', () => {
  const law = '- **[L1]** One thing.\n- **[L2]** Another.\n- **[L3]** `later` A third.\n'
  const titles = (code: string) => titlesOf('a.test.ts', code)

  it('finds a clause without a test', () => {
    const found = orphansOf(clausesOf(law), titles(`it('[L1] holds', () => {})`))
    expect(found).toEqual({ untested: ['L2'], unknown: [] })
  })

  it('finds a test that names an unknown clause', () => {
    const found = orphansOf(clausesOf(law), titles(`it('[L1] [L2] [L9] hold', () => {})`))
    expect(found).toEqual({ untested: [], unknown: ['a.test.ts: [L1] [L2] [L9] hold'] })
  })

  it('takes no skipped test and no mention elsewhere for a proof', () => {
    const code = `it.skip('[L1] holds', () => {})\ntest.todo('[L2] holds')\n// it('[L2] holds')\nconst text = '[L2]'`
    expect(orphansOf(clausesOf(law), titles(code)).untested).toEqual(['L1', 'L2'])
  })

  it('sees titles of tables, templates, groups and conformance cases', () => {
    const code = `
      describe('[L1] all of it', () => {})
      it.each([1, 2])(\`[L2] %s\`, () => {})
      storeCase('[D1] whole', async () => {})
      placeCase('[D2] again', async () => {})`
    expect(titles(code).map(({ text }) => text)).toEqual([
      '[L1] all of it',
      '[L2] %s',
      '[D1] whole',
      '[D2] again',
    ])
  })
})
