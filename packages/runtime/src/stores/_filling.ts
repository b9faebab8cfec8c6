import { OpschartError } from '@opschart/core'

/** What a store that holds something already is told as, when it is to be filled. */
export function notEmpty(where: string): OpschartError {
  return new OpschartError(
    'input',
    `${where} is not empty, and an import goes into an empty one only. Nothing was imported. ` +
      'Name a file that is not there yet, or move this one away first.',
  )
}

/** What a name that stands twice in what a store is filled with is told as. */
export function standsTwice(what: string): OpschartError {
  return new OpschartError('input', `What is imported names ${what} twice. Nothing was imported.`)
}

/** What rows of an actor that is not there are told as. */
export function withoutActor(actor: string): OpschartError {
  return new OpschartError(
    'input',
    `What is imported has rows of ${actor}, and no such actor. Nothing was imported.`,
  )
}
