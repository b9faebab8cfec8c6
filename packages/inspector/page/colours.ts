import { changeStyle } from '../src/draw/_changes.ts'
import { chartShape, palettes } from '../src/draw/theme.ts'

/** Colours of the page beside those of the chart: what is said with each, and the ground on which it is said. */
const colours = {
  light: {
    alarm: '#b42318',
    'alarm-ground': '#fdecea',
    good: '#15703a',
    'good-ground': '#e6f6ec',
    wait: '#8a4b08',
    'wait-ground': '#fdf1e0',
    suppose: '#6b3fa0',
    'suppose-ground': '#f3ebfb',
    past: '#0b6271',
    'past-ground': '#dcf3f7',
    'on-main': '#ffffff',
  },
  dark: {
    alarm: '#ff9b8f',
    'alarm-ground': '#3a1a17',
    good: '#6fdc95',
    'good-ground': '#12291b',
    wait: '#f0b46a',
    'wait-ground': '#34240f',
    suppose: '#cba6f7',
    'suppose-ground': '#2a1d3d',
    past: '#67d8ea',
    'past-ground': '#0e2f37',
    'on-main': '#0c1220',
  },
} as const

/** The colours and the chart's style, for the theme that the page's root names, or the system's. */
export function themeStyle(): string {
  const of = (theme: 'light' | 'dark'): string =>
    [
      `color-scheme: ${theme};`,
      ...Object.entries(palettes[theme]).map(([name, value]) => `--oc-${name}: ${value};`),
      ...Object.entries(colours[theme]).map(([name, value]) => `--${name}: ${value};`),
    ].join(' ')
  return [
    `:root { ${of('light')} }`,
    `@media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${of('dark')} } }`,
    `:root[data-theme='dark'] { ${of('dark')} }`,
    chartShape,
    changeStyle,
  ].join('\n')
}
