import { fontFamily } from '../layout/measure.ts'
import { lettering } from '../layout/_text.ts'

/** Colours of a drawing. */
export interface Palette {
  /** Behind everything. */
  readonly ground: string
  /** A state, its strip, and its edge. */
  readonly state: string
  readonly strip: string
  readonly edge: string
  /** A state that holds others. */
  readonly outer: string
  readonly text: string
  /** Text of less weight. */
  readonly quiet: string
  readonly guard: string
  readonly action: string
  readonly tag: string
  readonly line: string
  readonly pill: string
  readonly pillEdge: string
  /** An active state: its inside, the text on it, and the edge of those that hold it. */
  readonly active: string
  readonly onActive: string
  readonly activeEdge: string
  /** The arrow that was taken last. */
  readonly last: string
  readonly lastPill: string
  /** An arrow that may be taken now. */
  readonly allowed: string
  readonly allowedPill: string
}

/** How a drawing looks: in one of the two themes, or as the reader's system has it. */
export type Theme = 'light' | 'dark' | 'auto'

/** The colours of both themes. Every text has the contrast that WCAG asks for at level AA. */
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    ground: '#f6f7f9',
    state: '#ffffff',
    strip: '#eef0f4',
    edge: '#aab2c0',
    outer: '#fbfcfd',
    text: '#1c2330',
    quiet: '#586174',
    guard: '#8a4b08',
    action: '#1f5f8b',
    tag: '#6b3fa0',
    line: '#7a8497',
    pill: '#ffffff',
    pillEdge: '#c5cbd6',
    active: '#dbe7ff',
    onActive: '#12306e',
    activeEdge: '#2f66e0',
    last: '#c2410c',
    lastPill: '#fff1e8',
    allowed: '#15803d',
    allowedPill: '#effaf2',
  },
  dark: {
    ground: '#12151b',
    state: '#1d222b',
    strip: '#272e3a',
    edge: '#4a5464',
    outer: '#171b22',
    text: '#e8ebf1',
    quiet: '#a3adbd',
    guard: '#f0b46a',
    action: '#86c5f0',
    tag: '#cba6f7',
    line: '#8490a3',
    pill: '#1a1f27',
    pillEdge: '#414a59',
    active: '#1c3566',
    onActive: '#dce8ff',
    activeEdge: '#6d9bff',
    last: '#fb923c',
    lastPill: '#34200f',
    allowed: '#4ade80',
    allowedPill: '#12291b',
  },
}

/** All of the style but the colours, which are properties such as `--oc-text`. */
export const chartShape = `
.oc-chart { background: var(--oc-ground); }
.oc-ground { fill: var(--oc-ground); }
.oc-chart text { font-family: ${fontFamily}; white-space: pre; direction: ltr; }
${Object.entries(lettering)
  .map(
    ([role, { size, weight }]) =>
      `.oc-${role} { font-size: ${size}px; font-weight: ${weight}; fill: var(--oc-text); }`,
  )
  .join('\n')}
.oc-guard { fill: var(--oc-guard); }
.oc-action, .oc-starts { fill: var(--oc-action); }
.oc-by, .oc-description, .oc-keyword { fill: var(--oc-quiet); }
.oc-description { font-style: italic; }
.oc-tag { fill: var(--oc-tag); }
.oc-box { fill: var(--oc-state); stroke: var(--oc-edge); stroke-width: 1.25; }
.oc-holder > .oc-box { fill: var(--oc-outer); }
.oc-region > .oc-box { stroke-dasharray: 6 4; }
.oc-strip { fill: var(--oc-strip); }
.oc-rule { stroke: var(--oc-edge); stroke-width: 1; fill: none; }
.oc-inner { fill: none; stroke: var(--oc-edge); stroke-width: 1.25; }
.oc-line { fill: none; stroke: var(--oc-line); stroke-width: 1.5; stroke-linejoin: round; }
.oc-head, .oc-dot { fill: var(--oc-line); }
.oc-dot { fill: var(--oc-text); }
.oc-pill { fill: var(--oc-pill); stroke: var(--oc-pillEdge); stroke-width: 1; }
.oc-within > .oc-box, .oc-within > .oc-inner { stroke: var(--oc-activeEdge); stroke-width: 2; }
.oc-active > .oc-box { fill: var(--oc-active); stroke: var(--oc-activeEdge); stroke-width: 2; }
.oc-active > .oc-strip { fill: var(--oc-activeEdge); fill-opacity: 0.16; }
.oc-active > .oc-inner { stroke: var(--oc-activeEdge); }
.oc-active > .oc-heading > text { fill: var(--oc-onActive); }
.oc-over text { paint-order: stroke; stroke: var(--oc-outer); stroke-width: 4px; stroke-linejoin: round; }
.oc-over > .oc-heading > text { stroke: var(--oc-strip); }
.oc-allowed > .oc-line { stroke: var(--oc-allowed); stroke-width: 2; }
.oc-allowed > .oc-head { fill: var(--oc-allowed); }
.oc-allowed > .oc-pill { fill: var(--oc-allowedPill); stroke: var(--oc-allowed); }
.oc-mark { fill: var(--oc-allowed); display: none; }
.oc-allowed > .oc-mark { display: inline; }
.oc-last > .oc-line { stroke: var(--oc-last); stroke-width: 2.5; }
.oc-last > .oc-head { fill: var(--oc-last); }
.oc-last > .oc-pill { fill: var(--oc-lastPill); stroke: var(--oc-last); stroke-width: 1.5; }
`

/** The style sheet of a drawing, for a page that must not have style within its elements. */
export function styleOf(theme: Theme): string {
  const colours = (name: 'light' | 'dark') =>
    `.oc-chart { color-scheme: ${name}; ${Object.entries(palettes[name])
      .map(([key, value]) => `--oc-${key}: ${value};`)
      .join(' ')} }`
  const first = colours(theme === 'dark' ? 'dark' : 'light')
  const other = theme === 'auto' ? `\n@media (prefers-color-scheme: dark) { ${colours('dark')} }` : ''
  return `${first}${other}${chartShape}`
}
