import { OpschartError } from '../errors.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Store } from '../ports/store.ts'
import { lineText, type LineContent } from './line-format.ts'

/**
 * Everything that a store holds, as lines of JSON (without their ends) that {@link importStore} reads: the head first, then
 * rows, actors, facts, checkpoints, work and timers. Two stores that hold the same give the same lines, to the byte. The
 * lines are of one moment, and made as they are asked for: memory does not grow with the store.
 *
 * @throws OpschartError `unsupported` when the store cannot be moved.
 */
export async function* exportStore(store: Store, crypto: Pick<Crypto, 'sha256'>): AsyncGenerator<string> {
  if (store.transfer === undefined) throw unsupported('exported')
  let before = ''
  let lines = 0
  const next = (content: LineContent): string => {
    const { text, check } = lineText(crypto, before, content)
    before = check
    lines += 1
    return text
  }
  for await (const record of store.transfer.contents()) yield next(record)
  yield next({ kind: 'end', lines })
}

/** What a store without the ability is told as. */
export function unsupported(what: string): OpschartError {
  return new OpschartError(
    'unsupported',
    `This store cannot be ${what}: it lacks the optional ability \`transfer\`. The stores in memory and in SQLite have it.`,
  )
}
