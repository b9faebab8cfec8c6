import { gzipSync } from 'node:zlib'

import { pageFiles } from '@opschart/inspector'
import type { Page } from 'playwright-core'

import { heapOf, openPage, until } from '../harness/browser.ts'
import type { Kit, Measure, Row } from '../plan.ts'
import { inspectedOf } from './inspected.ts'

/** Milliseconds from the navigation's start to the frame in which this is there. */
const pictureAt = (page: Page, selector: string): Promise<number> =>
  until(page, `document.querySelector(${JSON.stringify(selector)}) && performance.now()`)

const rowsOf = { few: 1_000, many: 1_000_000 } as const
const journal = (kit: Kit, size: keyof typeof rowsOf) =>
  inspectedOf(kit, size, kit.quick && size === 'many' ? 20_000 : rowsOf[size])

const opens = (size: keyof typeof rowsOf): Measure => ({
  name: `page of ${size} rows`,
  async run(kit) {
    const { address, subject } = await journal(kit, size)
    const { page, session } = await openPage(address)
    try {
      const picture = await pictureAt(page, '.drawing g.oc-active')
      const heap = await heapOf(session)
      const { sequence } = await subject.ask<{ sequence: number }>('one', { name: size })
      const middle = Math.floor(sequence / 2)
      await page.getByRole('combobox').fill(`#${middle}`)
      await page.getByRole('listbox', { name: 'Places' }).getByRole('option').first().waitFor()
      const from = Number(await page.evaluate('performance.now()'))
      await page.keyboard.press('Enter')
      const chosen = `document.querySelector('.timeline .row[aria-selected=true] .sequence')`
      const jumped = await until<number>(page, `${chosen}?.textContent === '${middle}' && performance.now()`)
      const shown = await until<number>(
        page,
        `document.querySelector('.moment').textContent.startsWith('row ') && performance.now()`,
      )
      return { picture, heap, jump: jumped - from, past: shown - from }
    } finally {
      await page.context().close()
    }
  },
})

/** The page itself, with nothing to draw: it is not let in. */
const empty: Measure = {
  name: 'page without a chart',
  async run(kit) {
    const { address } = await journal(kit, 'few')
    const { page, session } = await openPage(new URL(address).origin)
    try {
      const picture = await pictureAt(page, 'main.nothing')
      return { picture, heap: await heapOf(session) }
    } finally {
      await page.context().close()
    }
  },
}

const weighs: Measure = {
  name: 'weight',
  async run() {
    const files = await pageFiles()
    const weight = (...names: string[]) =>
      names.reduce((sum, name) => sum + gzipSync(files.get(name)!.body).length, 0)
    return { page: weight('/', '/page.js', '/page.css'), elk: weight('/elk.js') }
  },
}

/** Rows 1 and 2. */
export const firstPicture: Row = {
  number: 1,
  title: 'First picture',
  reading:
    'From the navigation to the frame in which the chart is lit, with a browser that has nothing of it yet: the page, its script, the worker that lays out (1.6 MB), the layout and the drawing. Beside it the same page with nothing to draw. Sizes are packed with gzip, to be compared with other pages; the door sends them as they are, within one machine.',
  cause:
    'the page is one script, and all of it comes with the first look: what is opened only when somebody asks for it (versions, who may, what if) is in it as well.',
  measures: [opens('few'), empty, weighs],
  lines: (found) => [
    {
      what: 'first picture',
      beside: 'the page without a chart',
      unit: 'ms',
      ours: found.of('page of few rows', 'picture'),
      theirs: found.of('page without a chart', 'picture'),
    },
    {
      what: 'memory',
      beside: 'the page without a chart',
      unit: 'MB',
      ours: found.of('page of few rows', 'heap'),
      theirs: found.of('page without a chart', 'heap'),
      aim: { compare: 'difference', most: 20 },
    },
    {
      what: 'page, script and style',
      beside: '',
      unit: 'B',
      ours: found.of('weight', 'page'),
      theirs: [],
      aim: { compare: 'value', most: 60_000 },
    },
    { what: 'the worker that lays out', beside: '', unit: 'B', ours: found.of('weight', 'elk'), theirs: [] },
  ],
}

export const millionRows: Row = {
  number: 2,
  title: 'A journal of a million rows',
  reading:
    'The same page on a journal of a million rows beside one of a thousand: the first picture, what it holds then, and the way to the row in the middle, to the frame in which it is chosen in the timeline. The rows are read when they are looked at. What the row’s actor was then is decided again from its own rows, the first time that it is asked for: in the middle of a million these are 25,000.',
  measures: [opens('many'), opens('few')],
  lines: (found) => {
    const line = (what: string, part: string) => ({
      what,
      beside: 'a thousand rows',
      ours: found.of('page of many rows', part),
      theirs: found.of('page of few rows', part),
    })
    return [
      { ...line('first picture', 'picture'), unit: 'ms', aim: { compare: 'ratio', most: 1.5 } },
      { ...line('memory', 'heap'), unit: 'MB', aim: { compare: 'difference', most: 20 } },
      { ...line('to the row in the middle', 'jump'), unit: 'ms', aim: { compare: 'difference', most: 500 } },
      { ...line('to the past of its actor', 'past'), unit: 'ms' },
    ]
  },
}
