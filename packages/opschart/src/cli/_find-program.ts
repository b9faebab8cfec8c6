import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/** The path of a program as it would be started; null when it is there and may not be executed; undefined when it is not there. */
export async function findProgram(root: string, program: string): Promise<string | null | undefined> {
  const places = isAbsolute(program)
    ? [program]
    : program.includes('/')
      ? [join(root, program)]
      : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program))
  let seen: null | undefined
  for (const place of places) {
    const facts = await stat(place).catch(() => undefined)
    if (facts?.isFile() !== true) continue
    const executable = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (executable) return place
    seen = null
  }
  return seen
}

/** What is wrong with a program that was looked for and not found. */
export function programProblem(program: string, found: null | undefined): string {
  return found === undefined ? `${program} is not there` : `${program} is there, but may not be executed`
}
