// Properties:
//   - What a colour says on the chart, no other colour says nearly so: where an actor stands, stood and would stand, what it
//     took last and what may be taken.
//   - Each can be read on its ground.

import { describe, expect, it } from 'vitest'

import { themeStyle } from '../../page/colours.ts'

const [light = '', dark = ''] = [...themeStyle().matchAll(/\{ (color-scheme[^}]+)\}/g)].map(
  ([, text]) => text!,
)

function colourOf(style: string, name: string): [number, number, number] {
  const [, hex = ''] = new RegExp(`--${name}: #([0-9a-f]{6});`).exec(style) ?? []
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as [number, number, number]
}

function hueOf([red, green, blue]: [number, number, number]): number {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)]
  const hue =
    most === red
      ? (green - blue) / (most - least)
      : most === green
        ? 2 + (blue - red) / (most - least)
        : 4 + (red - green) / (most - least)
  return (hue * 60 + 360) % 360
}

function brightness(colour: [number, number, number]): number {
  const [red, green, blue] = colour.map((part) =>
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

describe.each([
  ['light', light],
  ['dark', dark],
])('the colours of the %s theme', (_name, style) => {
  const told = ['oc-activeEdge', 'past', 'suppose', 'oc-last', 'oc-allowed']

  it('are apart', () => {
    const near = told.flatMap((one, place) =>
      told.slice(place + 1).flatMap((other) => {
        const apart = Math.abs(hueOf(colourOf(style, one)) - hueOf(colourOf(style, other)))
        return Math.min(apart, 360 - apart) < 28 ? [`${one} ${other}`] : []
      }),
    )
    expect(near).toEqual([])
  })

  it.each(['past', 'suppose'])('are read: %s', (name) => {
    const [text, ground] = [brightness(colourOf(style, name)), brightness(colourOf(style, `${name}-ground`))]
    expect((Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)).toBeGreaterThan(4.5)
  })
})
