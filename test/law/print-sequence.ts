// Prints which build of XState runs here, and a digest of each line of the recorded sequence. Started by builds.test.ts.

import { createHash } from 'node:crypto'

import { recordedSequence, xstateBuild } from './recorded-sequence.ts'

console.log(xstateBuild())
for (const line of recordedSequence()) console.log(createHash('sha256').update(line).digest('hex'))
