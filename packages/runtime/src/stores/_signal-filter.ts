/** Bits of each batch, and how many of them a signal sets: of a hundred thousand strangers two or three are let through. */
const bitsPerBatch = 131_072
const probes = 6
/** Batches whose filters are kept together. */
export const batchesPerBlock = 32

/** Bloom filters over batches of signals: which batches a signal may be in, and in which it is not for sure. */
export interface SignalFilter {
  /** Adds a batch by its bits. */
  add(batch: number, bits: Uint8Array): void
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

/** Whether a batch is the last of its block. */
export function endsBlock(batch: number): boolean {
  return batch % batchesPerBlock === batchesPerBlock - 1
}

/** The bits of a batch of signals, at most 4,096 of them: hashes of so many bytes, one after the other. */
export function filterBits(hashes: Buffer, size: number): Uint8Array {
  const bits = new Uint8Array(bitsPerBatch / 8)
  for (let at = 0; at < hashes.length; at += size) {
    const first = hashes.readUInt32BE(at)
    const step = hashes.readUInt32BE(at + 4) | 1
    for (let probe = 0; probe < probes; probe += 1) {
      const place = placeAt(first, step, probe)
      bits[place >> 3] = (bits[place >> 3] as number) | (1 << (place & 7))
    }
  }
  return bits
}

/**
 * A filter of no batch yet. The bits of the 32 batches of a block for one place lie in one word: a signal is looked for
 * in all of them at once.
 */
export function signalFilter(): SignalFilter {
  const blocks: Uint32Array[] = []
  const blockAt = (number: number) => (blocks[number] ??= new Uint32Array(bitsPerBatch))
  return {
    add(batch, bits) {
      const words = blockAt(blockOf(batch))
      const mark = 1 << (batch % batchesPerBlock)
      for (let index = 0; index < bits.length; index += 1) {
        for (let rest = bits[index] as number; rest !== 0; rest &= rest - 1) {
          const place = index * 8 + highest(rest & -rest)
          words[place] = (words[place] as number) | mark
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

const placeAt = (first: number, step: number, probe: number) => (first + probe * step) & (bitsPerBatch - 1)

const highest = (word: number) => 31 - Math.clz32(word)

/** The places of a signal's bits, by its hash in hexadecimal digits. */
function placesOf(hash: string): number[] {
  const first = Number.parseInt(hash.slice(0, 8), 16)
  const step = Number.parseInt(hash.slice(8, 16), 16) | 1
  return Array.from({ length: probes }, (_, probe) => placeAt(first, step, probe))
}
