/** Functions that a condition may call. */
export const conditionFunctions = [
  'error_rate',
  'file_changed',
  'time_since',
  'time_since_last_backup',
  'duration',
  'timestamp',
  'has',
  'size',
  'int',
  'double',
  'string',
] as const

const methods = [
  'contains',
  'startsWith',
  'endsWith',
  'size',
  'all',
  'exists',
  'exists_one',
  'map',
  'filter',
  'like',
  'glob',
]

const token =
  /\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|&&|\|\||[<>=!]=|[-+*/%<>!?:.,()[\]{}]/y

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Something wrong with a condition, and the name that is not known. */
export interface ConditionMistake {
  readonly message: string
  readonly expected?: string
  readonly name?: string
  readonly candidates?: readonly string[]
}

/**
 * Looks a condition over without evaluating it: quotes and brackets pair up, every called function exists, and
 * `matches` (whose regular expressions have no time limit) is not used. All that is wrong with calls is told, and the
 * first that is wrong with its form. Types are checked when it is evaluated.
 */
export function conditionMistakes(text: string): ConditionMistake[] {
  const open: string[] = []
  const read: string[] = []
  const calls: ConditionMistake[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const piece = token.exec(text)?.[0]
    if (piece === undefined) {
      const character = text[at]!
      const message =
        character === '"' || character === "'"
          ? 'a quote is not closed'
          : `${JSON.stringify(character)} has no meaning in a condition`
      return [...calls, { message, expected: "such as error_rate() > 0.01 or file_changed('*.sql')" }]
    }
    if (piece.trim() === '') continue
    if (Object.hasOwn(closing, piece)) {
      if (piece === '(') {
        const called = read.at(-1)
        const mistake = called === undefined ? undefined : callMistake(called, read.at(-2) === '.')
        if (mistake !== undefined && !calls.some(({ message }) => message === mistake.message))
          calls.push(mistake)
      }
      open.push(piece)
    } else if (Object.values(closing).includes(piece) && closing[open.pop() ?? ''] !== piece) {
      return [...calls, { message: `${piece} closes nothing` }]
    }
    read.push(piece)
  }
  if (open.length > 0) return [...calls, { message: `${open.at(-1)} is not closed` }]
  return read.length === 0 ? [{ message: 'an empty condition' }] : calls
}

function callMistake(name: string, isMethod: boolean): ConditionMistake | undefined {
  if (!/^[A-Za-z_]/.test(name)) return undefined
  if (name === 'matches')
    return {
      message: 'matches is not allowed: its time has no limit',
      expected: 'contains, startsWith, endsWith, like or glob',
    }
  const known: readonly string[] = isMethod ? methods : conditionFunctions
  if (name === 'in' || known.includes(name)) return undefined
  return {
    message: `no ${isMethod ? 'method' : 'function'} is called ${name}`,
    expected: known.join(', '),
    name,
    candidates: known,
  }
}
