import { countFrames, heapOf, openPage, until } from '../harness/browser.ts'
import { quantile } from '../harness/statistics.ts'
import type { Measure, Row } from '../plan.ts'
import { inspectedOf } from './inspected.ts'

/** Notes when the page shows a row, and when a stream that shows nothing is told of it: after the frame, in milliseconds since 1970. */
const watch = `(() => {
  window.shown = new Map()
  window.told = new Map()
  const now = () => performance.timeOrigin + performance.now()
  const after = (act) => requestAnimationFrame(() => setTimeout(act, 0))
  const list = document.querySelector('.timeline .tall')
  new MutationObserver(() => {
    const text = list.querySelector('.sequence')?.textContent
    const first = Number(text)
    // It is drawn within a frame: what comes after it is painted.
    if (text !== undefined && !window.shown.has(first)) { window.shown.set(first, 0); setTimeout(() => window.shown.set(first, now()), 0) }
  }).observe(list, { subtree: true, childList: true, characterData: true })
  new EventSource('v1/rows').onmessage = ({ lastEventId }) => after(() => window.told.set(Number(lastEventId), now()))
})()`

const follows: Measure = {
  name: 'updates',
  async run(kit) {
    const { subject, address } = await inspectedOf(kit, 'updates')
    const { page } = await openPage(address)
    try {
      await page.locator('.drawing g.oc-active').first().waitFor()
      await page.evaluate(watch)
      const shown: number[] = []
      const told: number[] = []
      for (let left = kit.quick ? 30 : 200; left > 0; left -= 1) {
        const { sequence, at } = await subject.ask<{ sequence: number; at: number }>('one', {
          name: 'updates',
        })
        const seen = `window.shown.get(${sequence}) && window.told.get(${sequence}) && [window.shown.get(${sequence}), window.told.get(${sequence})]`
        const [pixel, bare] = await until<[number, number]>(page, seen)
        shown.push(pixel - at)
        told.push(bare - at)
      }
      return {
        shown50: quantile(shown, 0.5),
        shown99: quantile(shown, 0.99),
        told50: quantile(told, 0.5),
        told99: quantile(told, 0.99),
      }
    } finally {
      await page.context().close()
    }
  },
}

const perSecond = 1_000

const busy: Measure = {
  name: 'busy page',
  async run(kit) {
    const { subject, address } = await inspectedOf(kit, 'busy')
    const { page, session } = await openPage(address)
    try {
      await page.locator('.drawing g.oc-active').first().waitFor()
      const idle = (await page.evaluate(countFrames(3_000))) as { perSecond: number; longest: number }
      const idleHeap = await heapOf(session)
      const seconds = kit.quick ? 5 : 60
      const [frames, load] = await Promise.all([
        page.evaluate(countFrames(seconds * 1_000)) as Promise<{ perSecond: number; longest: number }>,
        subject.ask<{ last: number; perSecond: number }>('load', { name: 'busy', perSecond, seconds }),
      ])
      kit.tell(`${Math.round(load.perSecond)} signals a second`)
      if (load.perSecond < perSecond * 0.9)
        throw new Error(`only ${load.perSecond} signals a second were sent`)
      // It keeps up: the last row is shown.
      await until(page, `Number(document.querySelector('.timeline .sequence').textContent) >= ${load.last}`)
      return {
        frames: frames.perSecond,
        longest: frames.longest,
        heap: await heapOf(session),
        idleFrames: idle.perSecond,
        idleLongest: idle.longest,
        idleHeap,
      }
    } finally {
      await page.context().close()
    }
  },
}

/** Row 3. */
export const update: Row = {
  number: 3,
  title: 'From commit to pixel',
  reading:
    'One signal after the other: from the moment at which its verdict is durable to the end of the frame in which the page shows it. Beside it a stream of rows in the same page that waits for a frame and draws nothing: what the way there costs whoever looks.',
  measures: [follows],
  lines: (found) => [
    {
      what: 'p50 to the pixel',
      beside: 'a stream that draws nothing',
      unit: 'ms',
      ours: found.of('updates', 'shown50'),
      theirs: found.of('updates', 'told50'),
      aim: { compare: 'difference', most: 17 },
    },
    {
      what: 'p99 to the pixel',
      beside: 'a stream that draws nothing',
      unit: 'ms',
      ours: found.of('updates', 'shown99'),
      theirs: found.of('updates', 'told99'),
      aim: { compare: 'difference', most: 50 },
    },
  ],
}

/** Row 4. */
export const busyPage: Row = {
  number: 4,
  title: 'A thousand signals a second, for a minute',
  reading:
    '20 actors at work on the same two cores as the browser, which draws without a graphics card; beside it the same page before. At the end the page shows the last row. Memory is what its script holds after its garbage was collected.',
  measures: [busy],
  lines: (found) => [
    {
      what: 'frames',
      beside: 'at rest',
      unit: '/s',
      ours: found.of('busy page', 'frames'),
      theirs: found.of('busy page', 'idleFrames'),
      aim: { compare: 'ratio', least: 0.5 },
    },
    {
      what: 'longest time between two',
      beside: 'at rest',
      unit: 'ms',
      ours: found.of('busy page', 'longest'),
      theirs: found.of('busy page', 'idleLongest'),
    },
    {
      what: 'memory',
      beside: 'at rest',
      unit: 'MB',
      ours: found.of('busy page', 'heap'),
      theirs: found.of('busy page', 'idleHeap'),
      aim: { compare: 'difference', most: 100 },
    },
  ],
}
