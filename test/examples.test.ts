// Properties:
//   - Each example says what it shows, and proves it by running.
//   - Each example is named in the documents.

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '..')
const folders = readdirSync(path.join(root, 'examples')).filter((name) => /^\d\d-/.test(name))
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('the examples', () => {
  it('are numbered without a gap', () => {
    expect(folders.length).toBeGreaterThan(0)
    expect(folders.map((name) => Number(name.slice(0, 2)))).toEqual(folders.map((_, index) => index + 1))
  })

  it.each(folders)('%s says what it shows, and asserts it', (folder) => {
    const code = read(`examples/${folder}/main.ts`)
    expect(code.split('\n')[0]).toMatch(/^\/\/ Shows: ./)
    expect(code).toContain(`from 'node:assert/strict'`)
  })

  it.each(folders)('%s runs to its end', { timeout: 60_000 }, async (folder) => {
    const program = path.join(root, 'examples', folder, 'main.ts')
    const { stdout, stderr } = await run(process.execPath, [program], {
      timeout: 50_000,
      killSignal: 'SIGKILL',
    })
    expect(stdout).not.toBe('')
    expect(stderr).toBe('')
  })

  it.each(folders)('%s is named in docs/extend.md', (folder) => {
    expect(read('docs/extend.md')).toContain(`examples/${folder}`)
  })
})
