// Properties:
//   - On a Node that is too old, one line says which is needed; nothing else is loaded.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const bin = join(import.meta.dirname, 'bin.ts')

describe('opschart', () => {
  it.each([
    ['20.20.2', 1],
    ['24.14.9', 1],
    ['24.15.0', 0],
    ['26.0.0', 0],
  ])('on Node %s ends with %i', (version, code) => {
    const pretend = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`
    const { status, stderr, stdout } = spawnSync(process.execPath, ['--import', pretend, bin, '--version'], {
      encoding: 'utf8',
    })
    expect(status).toBe(code)
    if (code === 0) expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    else expect(stderr).toBe(`opschart needs Node 24.15 or newer; this is Node ${version}.\n`)
  })
})
