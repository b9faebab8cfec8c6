// Properties:
//   - A drawing is well-formed and made of known elements and attributes only, whatever the chart's names are: no script, no
//     handler, nothing from elsewhere; no character that hides or turns what stands beside it.
//   - It names itself to a screen reader, and marks what is active, allowed and taken last.
//   - Text has the contrast of WCAG AA on everything that it stands on, in both themes.

import { activeIn, chartOfConfig, chartOfLaw, releaseLifecycle, type ChartView } from '@opschart/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { machines } from '../../test/machines.ts'
import { layoutChart } from '../layout/layout-chart.ts'
import { svgOf } from './svg-of.ts'
import { palettes, styleOf, type Palette } from './theme.ts'

const law = chartOfLaw(releaseLifecycle.definition)

/** What a drawing may be made of: elements, and their attributes. */
const elements: Readonly<Record<string, readonly string[]>> = {
  svg: ['xmlns', 'class', 'role', 'aria-label', 'width', 'height', 'viewBox'],
  title: [],
  desc: [],
  style: [],
  g: ['class', 'data-state', 'data-arrow'],
  rect: ['class', 'x', 'y', 'width', 'height', 'rx'],
  circle: ['class', 'cx', 'cy', 'r'],
  path: ['class', 'd'],
  text: ['class', 'x', 'y'],
}

/** Reads a drawing as strictly as XML does, and gives what is written in it. */
function read(svg: string): string[] {
  const open: string[] = []
  const texts: string[] = []
  const token = /<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>|([^<]+)/gy
  let at = 0
  for (let found = token.exec(svg); found !== null; found = token.exec(svg)) {
    at = token.lastIndex
    const [, closing, name = '', attributes = '', empty, text] = found
    if (text !== undefined) {
      const raw = text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')
      if (open.at(-1) !== 'style') expect(raw).not.toMatch(/[&>"']|[^\P{Cc}\n]|\p{Surrogate}/u)
      if (open.at(-1) !== 'style' && text.trim() !== '') texts.push(text)
    } else if (closing === '/') {
      expect(open.pop()).toBe(name)
    } else {
      expect(Object.keys(elements)).toContain(name)
      for (const [, key, value] of attributes.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)) {
        expect(elements[name]).toContain(key)
        expect(value!.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toMatch(/&|\p{Cc}|\p{Surrogate}/u)
      }
      if (empty !== '/') open.push(name)
    }
  }
  expect({ at, open }).toEqual({ at: svg.length, open: [] })
  return texts
}

const hostile = [
  '</style><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '<!--',
  ']]>',
  '&lt;&#0;&bogus;',
  'a\u202Egnp.exe',
  '\u0000\u0007\u001B[31m',
  '\uD800 \uFFFE \uFFFF',
  'x'.repeat(10_000),
  'ab '.repeat(3_000),
  '\u05D0\u05D1\u05D2 \u0645\u0631\u062D\u0628\u0627',
  '__proto__',
  'constructor',
  'url(https://example.org/x)',
]

/** A chart whose every text is a name. */
function chartOfNames(name: string): ChartView {
  const state = {
    tags: [name],
    allow: [name],
    entry: [name],
    exit: [name],
    invoke: [{ id: name, src: name }],
  }
  const words = { guard: name, by: [name], actions: [name], starts: name, description: name }
  return {
    id: name,
    root: {
      ...state,
      id: '',
      key: name,
      kind: 'compound',
      initial: 'a',
      description: name,
      states: [
        { ...state, id: 'a', key: name, kind: 'atomic', states: [] },
        { ...state, id: name, key: name, kind: 'final', states: [] },
      ],
    },
    arrows: [
      { ...words, id: `|${name}|0`, from: '', to: [], kind: 'event', event: name },
      { ...words, id: `a|${name}|0`, from: 'a', to: [name], kind: 'event', event: name },
      { ...words, id: `a|${name}|1`, from: 'a', to: ['a'], kind: 'after', event: name },
    ],
    problems: [],
  }
}

async function drawn(chart: ChartView, look: Parameters<typeof svgOf>[2] = {}): Promise<string> {
  return svgOf(chart, await layoutChart(chart), look)
}

describe('a drawing', () => {
  it.each(['law', ...Object.keys(machines)])('of %s is well-formed', async (name) => {
    const chart = name === 'law' ? law : chartOfConfig(machines[name])
    expect(read(await drawn(chart))).toContain(`Statechart ${chart.id}`)
  })

  it.each(hostile)('holds nothing but text, whatever a name is: %j', async (name) => {
    const chart = chartOfNames(name)
    const all = new Set(chart.arrows.map(({ id }) => id))
    const svg = await drawn(chart, { active: new Set(['', 'a', name]), allowed: all, last: `a|${name}|0` })
    const texts = read(svg)
    expect(texts.length).toBeGreaterThan(15)
    for (const text of texts) expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B\uFFFE\uFFFF]/u)
  })

  it('holds nothing but text, whatever many names are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (name) => {
        read(await drawn(chartOfNames(name)))
      }),
      { numRuns: 40 },
    )
  })

  it('cuts no id that a page looks for', async () => {
    const name = `<${'x'.repeat(9_999)}`
    expect(await drawn(chartOfNames(name))).toContain(`data-state="&lt;${'x'.repeat(9_999)}"`)
  })

  it('says to a reader what it is, and what is active', async () => {
    const svg = await drawn(law, { active: activeIn(law, 'STAGING') })
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="Statechart release"/)
    expect(svg).toContain('<title>Statechart release</title>')
    expect(svg).toContain('9 states, 34 arrows; active: STAGING</desc>')
  })

  it('fills active leaves, draws round what holds them, and leaves the root alone', async () => {
    const chart = chartOfConfig(machines['player'])
    const value = { ready: { playback: { playing: 'smooth' }, volume: 'muted', screen: 'full' } }
    const svg = await drawn(chart, { active: activeIn(chart, value) })
    const lit = (word: string) =>
      [...svg.matchAll(new RegExp(`<g class="oc-state[^"]* oc-${word}" data-state="([^"]*)"`, 'g'))].map(
        ([, id]) => id,
      )
    expect(lit('active')).toEqual([
      'ready.playback.playing.smooth',
      'ready.volume.muted',
      'ready.screen.full',
    ])
    expect(lit('within')).toEqual([
      'ready',
      'ready.playback',
      'ready.playback.playing',
      'ready.volume',
      'ready.screen',
    ])
  })

  it('fills a folded state that holds an active one', async () => {
    const chart = chartOfConfig(machines['player'])
    const active = activeIn(chart, { ready: { playback: 'paused', volume: 'muted', screen: 'full' } })
    const svg = svgOf(chart, await layoutChart(chart, { collapsed: new Set(['ready']) }), { active })
    expect(svg).toContain('oc-parallel oc-active" data-state="ready"')
    expect(svg).toContain('>12 states folded<')
  })

  it('marks what may be taken, on lines and in boxes, and what was taken last', async () => {
    const allowed = new Set(['STAGING|DEPLOYMENT_REQUESTED|0', 'STAGING|DEPLOYMENT_COMPLETE|0'])
    const svg = await drawn(law, { allowed, last: 'REVIEW|CODE_MERGED|0' })
    const marked = (word: string) =>
      [
        ...svg.matchAll(
          new RegExp(`<g class="oc-(?:arrow|label|row)[^"]* oc-${word}" data-arrow="([^"]*)"`, 'g'),
        ),
      ].map(([, id]) => id)
    expect(new Set(marked('allowed'))).toEqual(allowed)
    expect(svg.match(/class="oc-mark"/g)).toHaveLength(2)
    expect(marked('last')).toEqual(['REVIEW|CODE_MERGED|0', 'REVIEW|CODE_MERGED|0'])
  })

  it('leaves its style to a page that brings it', async () => {
    const svg = await drawn(law, { style: false })
    expect(svg).not.toContain('style')
    expect(await drawn(law, { theme: 'dark' })).toContain(`<style>${styleOf('dark')}</style>`)
  })
})

describe('the style', () => {
  it('takes nothing from elsewhere', () => {
    expect(styleOf('auto')).not.toMatch(/url\(|@import|@font-face|[<&]/)
    expect(styleOf('auto')).toContain('@media (prefers-color-scheme: dark)')
    expect(styleOf('light')).not.toContain(palettes.dark.ground)
    expect(styleOf('dark')).not.toContain(palettes.light.ground)
  })

  const grounds: Readonly<Record<string, readonly (keyof Palette)[]>> = {
    text: ['state', 'strip', 'outer', 'pill', 'lastPill', 'allowedPill', 'active'],
    quiet: ['state', 'outer', 'pill', 'lastPill', 'allowedPill', 'active'],
    guard: ['state', 'outer', 'pill', 'lastPill', 'allowedPill', 'active'],
    action: ['state', 'outer', 'pill', 'lastPill', 'allowedPill', 'active'],
    tag: ['state', 'outer', 'active'],
    onActive: ['active'],
  }
  const lines: Readonly<Record<string, readonly (keyof Palette)[]>> = {
    line: ['outer', 'ground'],
    last: ['outer', 'ground', 'lastPill'],
    allowed: ['outer', 'ground', 'allowedPill', 'active'],
    activeEdge: ['outer', 'ground', 'active'],
  }
  it.each(['light', 'dark'] as const)(
    'has contrast 4.5 in the %s theme: the title of an active state',
    (theme) => {
      const { active, activeEdge, onActive } = palettes[theme]
      // Its strip is the edge's colour, at 16 %, over the state's.
      expect(styleOf(theme)).toContain(
        '.oc-active > .oc-strip { fill: var(--oc-activeEdge); fill-opacity: 0.16; }',
      )
      const strip = [1, 3, 5].map((at) => {
        const [over, under] = [activeEdge, active].map((colour) =>
          Number.parseInt(colour.slice(at, at + 2), 16),
        )
        return Math.round(over! * 0.16 + under! * 0.84)
          .toString(16)
          .padStart(2, '0')
      })
      expect(contrast(onActive, `#${strip.join('')}`)).toBeGreaterThanOrEqual(4.5)
    },
  )

  for (const theme of ['light', 'dark'] as const) {
    for (const [least, pairs] of [
      [4.5, grounds],
      [3, lines],
    ] as const) {
      it.each(Object.entries(pairs))(`has contrast ${least} in the ${theme} theme: %s`, (ink, behind) => {
        for (const ground of behind)
          expect(
            contrast(palettes[theme][ink as keyof Palette], palettes[theme][ground]),
            ground,
          ).toBeGreaterThanOrEqual(least)
      })
    }
  }
})

/** As WCAG 2 reckons it. */
function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter! + 0.05) / (darker! + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
