/** Bits of each batch, and how many of them a signal sets: of a thousand strangers one or two are let through. */
const bitsPerBatch = 65_536
const probes = 5
const batchesPerBlock = 32

/** Bloom filters over batches of signals: which batches a signal may be in, and in which it is not for sure. */
export interface SignalFilter {
  /** Adds the signals of a batch, at most 4,096 of them, by their hashes in hexadecimal digits. */
  add(batch: number, hashes: readonly string[]): void
  /** The batches that may hold a signal, by number from 0, the latest first. */
  find(hash: string): number[]
  /** The filters of 32 batches, as bytes to be kept. */
  block(number: number): Uint8Array
  /** Sets a block to what was kept. */
  setBlock(number: number, bytes: Uint8Array): void
}

/** The number of the block that a batch is in. */
export function blockOf(batch: number): number {
  return Math.floor(batch / batchesPerBlock)
}

/**
 * A filter of no batch yet. The bits of the 32 batches of a block for one place lie in one word: a signal is looked for
 * in all of them at once.
 */
export function signalFilter(): SignalFilter {
  const blocks: Uint32Array[] = []
  const blockAt = (number: number) => (blocks[number] ??= new Uint32Array(bitsPerBatch))
  return {
    add(batch, hashes) {
      const words = blockAt(blockOf(batch))
      for (const hash of hashes) {
        for (const place of placesOf(hash)) {
          words[place] = (words[place] as number) | (1 << (batch % batchesPerBlock))
        }
      }
    },
    find(hash) {
      const places = placesOf(hash)
      const found: number[] = []
      for (let number = blocks.length - 1; number >= 0; number -= 1) {
        const words = blockAt(number)
        let may = -1
        for (let probe = 0; probe < probes && may !== 0; probe += 1) {
          may &= words[places[probe] as number] as number
        }
        for (; may !== 0; may ^= 1 << highest(may)) found.push(number * batchesPerBlock + highest(may))
      }
      return found
    },
    block: (number) => new Uint8Array(blockAt(number).buffer),
    setBlock(number, bytes) {
      new Uint8Array(blockAt(number).buffer).set(bytes)
    },
  }
}

const highest = (word: number) => 31 - Math.clz32(word)

/** The places of a signal's bits. */
function placesOf(hash: string): number[] {
  const first = Number.parseInt(hash.slice(0, 8), 16)
  const step = Number.parseInt(hash.slice(8, 16), 16) | 1
  return Array.from({ length: probes }, (_, probe) => (first + probe * step) & (bitsPerBatch - 1))
}
