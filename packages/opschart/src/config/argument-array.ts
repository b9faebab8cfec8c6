import { z } from 'zod'

import { typeName } from './names.ts'

/** A program and its arguments, started without a shell. */
export const argumentArray = z
  .array(
    z
      .string({ error: ({ input }) => `an argument is a text, not ${typeName(input)}: put it in quotes` })
      .min(1, 'an empty argument')
      .max(4_096),
    {
      error: ({ input }) => wrongArguments(input),
    },
  )
  .min(1, 'an argument array names at least the program')
  .max(100, 'at most 100 arguments')
  .describe('an argument array, started without a shell: [./deploy, "{version}"]')

/** Says how a command is to be written that is no argument array. */
export function wrongArguments(input: unknown): string {
  if (typeof input !== 'string') return `a command is an argument array, not ${typeName(input)}`
  return `a command is an argument array, never a shell line: write ${arrayText(input)}`
}

/** The argument array that a command line most likely means, as YAML would have it. Only white space separates, quotes keep together. */
export function arrayText(line: string): string {
  const words = line.slice(0, 300).match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []
  const items = words.slice(0, 20).map((word) => {
    const bare = /^(["']).*\1$/.test(word) ? word.slice(1, -1) : word
    return /^[A-Za-z0-9./_][A-Za-z0-9./_=@+-]*$/.test(bare) ? bare : JSON.stringify(bare)
  })
  return `[${items.join(', ')}]`
}
