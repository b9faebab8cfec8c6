import { publicId } from './actor-names.ts'

/** Actors that are told of one by one: after a wrong deployment there may be thousands. */
const most = 10

/** Tells, once of each, which actors something is due for and do not fit what is here. */
export function createMisfitNotices(problem: (text: string) => void) {
  const told = new Set<string>()
  return (actor: string, misfit: string): void => {
    if (told.has(actor) || told.size > most) return
    told.add(actor)
    problem(
      told.size > most
        ? 'more actors do not fit their machines; `opschart store migrate --plan` lists them'
        : `${publicId(actor)} does not fit, and what is due for it waits: ${misfit}`,
    )
  }
}
