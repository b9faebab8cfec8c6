import { fullStock, keptNotes, lowStock, type DeskContext, type StepEvent } from './chart.ts'

/** The event that a desk gets as its nth, from 1. */
export function stepEvent(n: number): StepEvent {
  return { type: 'STEP', amount: amountOf(n), note: noteOf(n) }
}

const amountOf = (n: number) => (n % 7) + 1
const noteOf = (n: number) => `parcel ${n}, to be left at the side door`.slice(0, 40).padEnd(40, '.')

/** What a desk must be after so many events, reckoned without XState. */
export function expectedDesk(desk: string, events: number) {
  let low = false
  let stock = fullStock
  let sum = 0
  const recent: string[] = Array.from({ length: keptNotes }, () => '-'.repeat(40))
  for (let n = 1; n <= events; n += 1) {
    sum += amountOf(n)
    recent.unshift(noteOf(n))
    recent.pop()
    const before = n - 1
    if (!low && stock - amountOf(n) < lowStock) low = true
    else if (!low) stock -= amountOf(n)
    else if (before % 5 === 4) {
      low = false
      stock = fullStock
    }
  }
  const order = ['open', { working: 'picking' }, { working: 'packing' }][events % 3]!
  return {
    value: { order, stock: low ? 'low' : 'enough', record: {} },
    context: { desk, count: events, sum, stock, recent },
    notices: Math.floor(events / 4),
    /** Whether the `after` timer is set. */
    timer: events % 3 !== 0,
  }
}

/** Throws when a desk is not what it must be: a benchmark that loses or doubles an event fails. */
export function checkDesk(
  engine: string,
  desk: string,
  events: number,
  found: { readonly value: unknown; readonly context: Partial<DeskContext> | undefined },
): void {
  const { value, context } = expectedDesk(desk, events)
  const { terms: _, ...known } = found.context ?? {}
  const wanted = sorted({ value, context })
  const given = sorted({ value: found.value, context: known })
  if (wanted === given) return
  throw new Error(`${engine} is wrong: ${desk} after ${events} events is\n${given}\nand must be\n${wanted}`)
}

/** JSON with its keys in order, so that two equal values are equal texts. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}
