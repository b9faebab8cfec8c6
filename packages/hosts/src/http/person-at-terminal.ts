import { open } from 'node:fs/promises'

import { OpschartError } from '@opschart/core'

import type { Act, People, PersonAnswer } from './people.ts'

/** The process whose terminal a person may sit at, and how it reads what they type. */
export interface PersonAtTerminal {
  readonly pid: number
  /** One line that was typed into the terminal; undefined when it was closed or broken off. */
  readCode(question: { readonly tries: number; readonly wrong: boolean }): Promise<string | undefined>
}

/** The three questions of a challenge; see {@link People}. */
type Asked = (question: 'claim' | 'open' | 'answer', body: object) => Promise<unknown>

/** What came of asking a person: the confirmation of their act, or its answer where nothing can come of it. */
export type Confirmed = { readonly confirmation: string } | { readonly answer: unknown }

/**
 * Has a person say yes to an act, and gives the confirmation that the act needs. The code comes from the terminal and
 * from nowhere else: it is in none of the answers. Where the act would be refused in any case, nobody is asked.
 *
 * @throws OpschartError `forbidden` when no person sits there, or none said yes.
 */
export async function confirmed(act: Act, person: PersonAtTerminal, asked: Asked): Promise<Confirmed> {
  const { claim, file } = (await asked('claim', {})) as Awaited<ReturnType<People['claim']>>
  // Held open while the daemon looks: only this process can have it.
  const held = await open(file, 'r')
  let opened: PersonAnswer
  try {
    opened = (await asked('open', { pid: person.pid, claim, act })) as PersonAnswer
  } finally {
    await held.close()
  }
  if (!('challenge' in opened)) return opened
  let tries = opened.tries
  for (let wrong = false; ; wrong = true) {
    const code = (await person.readCode({ tries, wrong }))?.trim()
    if (code === undefined || !/^\d{4}$/.test(code))
      throw new OpschartError('forbidden', 'nobody said yes; nothing was done')
    const answered = (await asked('answer', { challenge: opened.challenge, code })) as ReturnType<
      People['answer']
    >
    if ('confirmation' in answered) return answered
    tries = answered.tries
  }
}
