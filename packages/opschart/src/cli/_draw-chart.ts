import { writeFile } from 'node:fs/promises'

import {
  activeIn,
  chartOfLaw,
  OpschartError,
  type ChartDifference,
  type LifecycleDefinition,
} from '@opschart/core'

import { isJson, printJson, printLines, textOption, type CommandContext } from './_context.ts'
import { visible } from './_text.ts'

const directions = ['down', 'right'] as const
const themes = ['light', 'dark', 'auto'] as const

/** How `--svg` draws; undefined where nothing is to be drawn into a file. */
export interface Drawing {
  readonly file: string
  readonly direction: (typeof directions)[number]
  readonly theme: (typeof themes)[number]
}

/**
 * What the options say.
 *
 * @throws OpschartError `input` for a word that is none, and for a file that would not be taken for a drawing: a mistyped
 * name must not cost another file.
 */
export function drawingOf(context: CommandContext): Drawing | undefined {
  const file = textOption(context, 'svg')
  const direction = oneOf(context, 'direction', directions)
  const theme = oneOf(context, 'theme', themes)
  if (file === undefined) {
    if (direction === undefined && theme === undefined) return undefined
    throw new OpschartError(
      'input',
      `--${direction === undefined ? 'theme' : 'direction'} is for a drawing; add --svg chart.svg`,
    )
  }
  if (!/\.svg$/i.test(file))
    throw new OpschartError('input', `--svg writes a file whose name ends in .svg, not ${visible(file, 100)}`)
  return { file, direction: direction ?? 'down', theme: theme ?? 'auto' }
}

/** Draws the law into a file, with the phase of a release lit up, and what has changed since another version marked. */
export async function drawInto(
  context: CommandContext,
  { file, direction, theme }: Drawing,
  law: LifecycleDefinition,
  phase: string | undefined,
  changes?: ChartDifference,
): Promise<void> {
  const { layoutChart, svgOf } = await import('@opschart/inspector')
  const chart = changes?.chart ?? chartOfLaw(law)
  const layout = await layoutChart(chart, { direction })
  const active = phase === undefined ? new Set<string>() : activeIn(chart, phase)
  try {
    await writeFile(
      file,
      svgOf(chart, layout, { active, theme, ...(changes === undefined ? {} : { changes }) }),
    )
  } catch (error) {
    throw new OpschartError(
      'input',
      `the drawing cannot be written to ${visible(file, 200)}: ${visible(error instanceof Error ? error.message : String(error), 200)}; name another place with --svg`,
    )
  }
  const { width, height } = layout
  if (isJson(context)) printJson(context, { file, width, height, direction, theme, phase: phase ?? null })
  else printLines(context, [`✓ drawn to ${visible(file, 200)}, ${width} × ${height}`])
}

function oneOf<const Word extends string>(
  context: CommandContext,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const given = textOption(context, name)
  if (given === undefined) return undefined
  const found = words.find((word) => word === given)
  if (found === undefined)
    throw new OpschartError('input', `--${name} is ${words.join(', ')}; what is ${visible(given, 60)}?`)
  return found
}
