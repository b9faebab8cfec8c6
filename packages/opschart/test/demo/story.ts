import { Writable } from 'node:stream'

import type { DemoResult } from '../../src/demo/ending.ts'
import { runDemo, type DemoOptions } from '../../src/demo/run.ts'

/** Runs the demo as a user would, and gives what it ended with and all that it showed. */
export async function story(
  options: Pick<DemoOptions, 'defect' | 'crash'>,
): Promise<{ result: DemoResult; shown: string }> {
  let shown = ''
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      shown += chunk.toString('utf8')
      done()
    },
  })
  const result = await runDemo({ ...options, out: Object.assign(out, { columns: 200 }), colour: false })
  return { result, shown }
}
