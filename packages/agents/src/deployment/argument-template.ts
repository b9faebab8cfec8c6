import { OperationError } from '@opschart/core'

/** Longest value that may be put into an argument, in characters. */
export const maxArgumentValue = 200

// Versions, branches, commits, environment and service names. No white space, no quotes, nothing a shell or an option
// parser would read as more than text, even where the started program is itself a shell script that forgets to quote.
const safeValue = /^[A-Za-z0-9_][A-Za-z0-9._+/@-]*$/

const placeholder = /\{([a-z][a-z0-9_]{0,31})\}/g

/**
 * Fills `{name}` in an argument array. Each argument stays one argument, whatever the value is. The program itself
 * (the first argument) is never filled in: a version must not choose what is started.
 *
 * @throws OperationError `missing_value` when a placeholder has no value (null or unknown name), `unsafe_argument` when
 * a value begins with a dash, holds `..`, is longer than {@link maxArgumentValue}, or has other characters than
 * `A-Za-z0-9._+/@-`, and when the first argument has a placeholder.
 */
export function substitute(
  argv: readonly string[],
  values: Readonly<Record<string, string | null>>,
): string[] {
  return argv.map((argument, position) =>
    argument.replace(placeholder, (whole, name: string) => {
      if (position === 0) {
        throw new OperationError({
          code: 'unsafe_argument',
          message: `${whole} stands in the program's name; placeholders are allowed in its arguments only`,
        })
      }
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      if (value === undefined || value === null || value === '') {
        const known = Object.keys(values)
          .filter((key) => values[key] !== null)
          .sort()
          .map((key) => `{${key}}`)
          .join(', ')
        throw new OperationError({
          code: 'missing_value',
          message: `there is no value for ${whole} in argument ${position + 1}; known here: ${known || 'none'}`,
        })
      }
      if (value.length > maxArgumentValue || value.includes('..') || !safeValue.test(value)) {
        throw new OperationError({
          code: 'unsafe_argument',
          message:
            `the value for ${whole} is not safe to pass on: ${JSON.stringify(value.slice(0, 60))} ` +
            '(allowed: letters, digits and . _ + / @ -, not beginning with a dash or a dot, without "..")',
        })
      }
      return value
    }),
  )
}
