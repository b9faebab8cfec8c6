import { userInfo } from 'node:os'

import { canonicalJson, OpschartError, type Clock, type Crypto, type Json } from '@opschart/core'

import { createClaims } from './claims.ts'
import { checkPerson } from './person-check.ts'
import { plainText } from './plain-text.ts'
import type { ProcessTable } from './process-table.ts'
import { systemProcesses } from './system-processes.ts'

/** What a person is asked to say yes to: the very call that will be made. */
export interface Act {
  /** The method of a sender: `approve`, `send`. */
  readonly method: string
  readonly body: Json
}

/** A person's act as it is asked for. */
export interface PersonRequest {
  readonly pid: number
  /** The claim that the process holds open: proof that it is the one it says. */
  readonly claim: string
  readonly act: Act
  /** Looks at what is asked for. Called when a person was found there, and before they are asked. */
  look(): Promise<Looked>
  /** Whether it needs a challenge of its own; otherwise the session's last one counts for five minutes. */
  readonly own: boolean
}

/** Lines that tell the person what they say yes to; or the answer that the act would get in any case. Made by the daemon, never by who asks. */
export type Looked = { readonly shown: readonly string[] } | { readonly answer: unknown }

/**
 * A challenge that stands on the person's terminal; the confirmation at once where the session still counts; or the
 * answer to an act that nothing can come of, about which nobody is asked.
 */
export type PersonAnswer =
  | { readonly answer: unknown }
  | { readonly confirmation: string }
  | { readonly challenge: string; readonly tries: number; readonly expires: number }

/** Knows people by their terminals. */
export interface People {
  /** What whoever sits at a terminal of this user is called. */
  readonly name: string
  /** A file that the process must open, and keep open, before it asks: nobody can ask in another process's name. */
  claim(): Promise<{ readonly claim: string; readonly file: string }>
  /**
   * Looks whether a person sits there, then at what they ask for, and writes a challenge to their terminal.
   *
   * @throws OpschartError `forbidden` with the reason when none does.
   */
  open(request: PersonRequest): Promise<PersonAnswer>
  /**
   * Takes the code that was typed. The number of tries that are left after a wrong one.
   *
   * @throws OpschartError `forbidden` when none is left, or the challenge was answered, replaced, or has expired.
   */
  answer(challenge: string, code: string): { readonly confirmation: string } | { readonly tries: number }
  /** The person's name for a confirmation of exactly this act; undefined otherwise. Good once. */
  redeem(confirmation: string, act: Act): string | undefined
}

/** What {@link createPeople} needs to know. */
export interface PeopleOptions {
  readonly clock: Clock
  readonly crypto: Crypto
  /** Folder for claims; made with mode 0700. */
  readonly folder: string
  /** Whether a process is one that a runner of this daemon started; nobody is when absent. */
  readonly isOurs?: (pid: number) => boolean
  /** Told each refusal, in one line: somebody who is no person asked for a person's act. */
  readonly onRefusal?: (line: string) => void
  /** The system's own when absent. */
  readonly processes?: ProcessTable
  /** The person's name; the operating system's user name when absent. */
  readonly name?: string
}

const challengeLife = 60_000
const sessionLife = 5 * 60_000
const allowedTries = 3
/** Open at one time, of each kind: more would be a loop that asks, not people. */
const most = 64

/** Lines of an act that are written to the terminal. */
const shownLines = 16

interface Challenge {
  readonly code: string
  readonly act: string
  readonly session: string
  readonly expires: number
  tries: number
}

/**
 * Makes the gate for what only a person may do. A challenge is four digits that the daemon writes to the terminal
 * itself, never into an answer: it is good for one act, once, for a minute, with three tries.
 */
export function createPeople(options: PeopleOptions): People {
  const { clock, crypto } = options
  const name = personName(options.name ?? userInfo().username)
  const processes = options.processes ?? systemProcesses()
  const claims = createClaims(options.folder, crypto, clock)
  const challenges = new Map<string, Challenge>()
  const confirmations = new Map<string, { readonly act: string; readonly expires: number }>()
  const sessions = new Map<string, number>()

  const digest = (act: Act) => crypto.sha256(canonicalJson({ method: act.method, body: act.body }))

  const refuse = (reason: string, request: PersonRequest): never => {
    options.onRefusal?.(
      `${request.act.method} asked for by process ${request.pid}, which is no person: ${plainText(reason)}`,
    )
    throw new OpschartError(
      'forbidden',
      `${request.act.method} is for a person at a terminal, and this is none: ${reason}. Type the command into a terminal yourself`,
    )
  }

  const confirm = (act: string) => {
    const confirmation = crypto.randomId()
    confirmations.set(confirmation, { act, expires: clock.now() + challengeLife })
    return { confirmation }
  }

  const forgetOld = () => {
    const now = clock.now()
    for (const [id, challenge] of challenges) if (challenge.expires <= now) challenges.delete(id)
    for (const [id, confirmation] of confirmations) if (confirmation.expires <= now) confirmations.delete(id)
    for (const [id, expires] of sessions) if (expires <= now) sessions.delete(id)
    for (const kept of [challenges, confirmations, sessions]) {
      for (const id of kept.keys()) {
        if (kept.size <= most) break
        kept.delete(id)
      }
    }
  }

  return {
    name,

    claim: () => claims.make(),

    async open(request) {
      forgetOld()
      const file = claims.take(request.claim)
      const held = file !== undefined && (await processes.holds(request.pid, file).catch(() => false))
      await claims.drop(request.claim)
      if (!held) return refuse('it does not hold the claim it was given', request)
      const found = await checkPerson(request.pid, {
        processes,
        user: process.getuid?.() ?? -1,
        isOurs: options.isOurs ?? (() => false),
      })
      if ('refusal' in found) return refuse(found.refusal, request)
      const looked = await request.look()
      if ('answer' in looked) return looked
      const act = digest(request.act)
      if (!request.own && (sessions.get(found.session) ?? 0) > clock.now()) return confirm(act)

      // One at a time for a terminal: the code that stands there last is the one that counts.
      for (const [id, { session }] of challenges) if (session === found.session) challenges.delete(id)
      const code = fourDigits(crypto)
      const challenge = crypto.randomId()
      const expires = clock.now() + challengeLife
      challenges.set(challenge, { code, act, session: found.session, expires, tries: allowedTries })
      try {
        const terminal = await processes.openTerminal(request.pid)
        try {
          await terminal.write(challengeText(code, looked.shown))
        } finally {
          await terminal.close()
        }
      } catch (error) {
        challenges.delete(challenge)
        return refuse(`nothing can be written to its terminal (${(error as Error).message})`, request)
      }
      return { challenge, tries: allowedTries, expires }
    },

    answer(id, code) {
      forgetOld()
      const challenge = challenges.get(id)
      if (challenge === undefined) {
        throw new OpschartError(
          'forbidden',
          'this challenge was answered, replaced, or is older than a minute; ask again',
        )
      }
      if (code !== challenge.code) {
        challenge.tries -= 1
        if (challenge.tries > 0) return { tries: challenge.tries }
        challenges.delete(id)
        options.onRefusal?.(`a challenge was answered wrongly ${allowedTries} times`)
        throw new OpschartError('forbidden', `that was wrong ${allowedTries} times; nothing was done`)
      }
      challenges.delete(id)
      sessions.set(challenge.session, clock.now() + sessionLife)
      return confirm(challenge.act)
    },

    redeem(id, act) {
      forgetOld()
      const confirmation = confirmations.get(id)
      // Used up by the first try, right or wrong.
      confirmations.delete(id)
      return confirmation?.act === digest(act) ? name : undefined
    },
  }
}

/** What is written to the terminal. Every line of it is bounded and free of control characters. */
function challengeText(code: string, shown: readonly string[]): string {
  const lines = shown.slice(0, shownLines).map((line) => `  ${plainText(line, 160)}`)
  if (shown.length > shownLines) lines.push(`  … and ${shown.length - shownLines} lines more`)
  const question = `Type ${code} to say yes (${challengeLife / 1000} seconds, ${allowedTries} tries); anything else says no.`
  // A terminal in raw mode needs the carriage return; in any other it does no harm.
  return ['', 'opschart asks you, as a person:', ...lines, question, ''].join('\r\n')
}

function fourDigits(crypto: Crypto): string {
  const number = Number.parseInt(crypto.sha256(`code ${crypto.randomId()}`).slice(0, 12), 16)
  return String(number % 10_000).padStart(4, '0')
}

/** A user name in the form that a principal's name has. */
function personName(user: string): string {
  const cleaned = user
    .replace(/[^A-Za-z0-9._@/-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)
  return cleaned === '' ? 'somebody' : cleaned
}
