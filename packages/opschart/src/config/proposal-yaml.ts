import { plainText } from './plain-text.ts'
import type { ProposedService, ProposedValue } from './propose-service.ts'

/** Where an installed package carries the JSON Schema, relative to the project. */
export const installedSchema = 'node_modules/opschart/schema/operational.schema.json'

/** Where it is written when the package is not installed in the project: beside the configuration. */
export const writtenSchema = '.claude/config/operational.schema.json'

/**
 * The text of a small `operational.yaml`: what was found with where, what was not as a comment, and everything only
 * observed. `schema` is where an editor finds the schema, relative to the configuration.
 */
export function proposalYaml(services: readonly ProposedService[], schema: string): string {
  const hasLogs = services.some(({ values }) => values.some(({ key }) => key === 'logs'))
  const loop = '{ name: error_spike, monitor: error_rate, threshold: 0.01, for: 1m, action: incident }'
  return [
    `# yaml-language-server: $schema=${schema}`,
    '# What opschart knows of this project. `opschart check` tells what is wrong with it.',
    'services:',
    ...services.flatMap(serviceLines),
    '',
    '# More than 1 % of the requests failed, for a minute: an incident.',
    ...(hasLogs ? ['feedback_loops:', `  - ${loop}`] : ['# feedback_loops:', `#   - ${loop}`]),
    '',
    '# Everything is decided and recorded, and nothing is done, until you raise it: opschart promote.',
    'autonomy: observe',
    '',
  ].join('\n')
}

function serviceLines({ name, found, values, missing }: ProposedService): string[] {
  const known = values.map((value) => ({
    text: `    ${value.key}: ${valueText(value.value)}`,
    found: value.found,
  }))
  const width = Math.min(60, Math.max(0, ...known.map(({ text }) => text.length)))
  return [
    `  ${scalar(name)}:${known.length === 0 ? ' {}' : ''} # ${comment(found)}`,
    ...known.map((line) => `${line.text.padEnd(width)} # ${comment(line.found)}`),
    ...missing.map(({ key, example, why }) => `    # ${key}: ${example} (${why})`),
  ]
}

/** A comment ends with its line; nothing that was found may end it sooner. */
const comment = (text: string) => plainText(text, 100)

function valueText(value: ProposedValue['value']): string {
  if (typeof value === 'string') return scalar(value)
  if (!('git' in value) && !('file' in value)) return `[${value.map(scalar).join(', ')}]`
  return 'git' in value ? '{ git: tag }' : `{ file: ${scalar(value.file)} }`
}

/** A text as YAML has it: bare where that is the same text in every YAML, else in quotes. */
function scalar(text: string): string {
  const isBare =
    /^[A-Za-z./][A-Za-z0-9./_*:-]*$/.test(text) &&
    !text.endsWith(':') &&
    !/^(?:true|false|null|yes|no|on|off|y|n|\.inf|\.nan)$/i.test(text) &&
    !/^\.+$/.test(text)
  return isBare
    ? text
    : JSON.stringify(text)
        .replaceAll('\u007f', '\\u007f')
        .replaceAll(
          /[\u0080-\u009f\u2028\u2029\ufeff]/g,
          (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
        )
}
