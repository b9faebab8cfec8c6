import { OpschartError } from '@opschart/core'
import type { InspectedBeside, InspectorAsked } from '@opschart/hosts/http'

import { type CommandContext, textOption, textsOption } from './_context.ts'

/** Where Stately's inspector listens unless it is told otherwise. */
const usualStately = 'ws://localhost:8080'

/**
 * What a command line asks of an inspector.
 *
 * @throws OpschartError `input` for what is no port of a user's.
 */
export function inspectorAsked(context: CommandContext): InspectorAsked {
  const { apps, stately } = context.options
  const connect = textsOption(context, 'connect')
  const appsPort = portOption(context, 'apps')
  return {
    ...portOption(context, 'port'),
    ...(apps === undefined ? {} : { apps: appsPort }),
    ...(connect.length === 0 ? {} : { connect }),
    ...(stately === undefined ? {} : { stately: textOption(context, 'stately') ?? usualStately }),
  }
}

/** The words that ask for the same. */
export function argumentsOf({ port, apps, connect = [], stately }: InspectorAsked): string[] {
  return [
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(apps === undefined ? [] : [apps.port === undefined ? '--apps' : `--apps=${apps.port}`]),
    ...connect.map((url) => `--connect=${url}`),
    ...(stately === undefined ? [] : [`--stately=${stately}`]),
  ]
}

/** What is open beside the journal, in a line each. */
export function besideLines({ apps, bridge, connect, stately }: InspectedBeside): string[] {
  return [
    ...(apps === null ? [] : [`apps connect to ${apps}; those in browsers open ${bridge}`]),
    ...connect.map((url) => `the app at ${url} is shown as soon as it is there`),
    ...stately.map(
      (url) => `Stately’s inspector at ${url} is told what happens here; it lets anyone read it`,
    ),
  ]
}

function portOption(context: CommandContext, name: string): { readonly port?: number } {
  const text = textOption(context, name)
  if (text === undefined) return {}
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1024 || port > 65_535)
    throw new OpschartError('input', `--${name} is from 1024 to 65535, not ${text.slice(0, 40)}`)
  return { port }
}
