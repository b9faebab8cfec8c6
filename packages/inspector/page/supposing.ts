import type { SupposedSignal, WhatIfView, WhoMayView } from '@opschart/core'

import { ask } from './door.ts'
import { notAsked, sourceOf, type Asked, type Model } from './model.ts'
import type { Tools } from './tools.ts'

/** Asks what would be: nothing of it happens. */
export function createSupposing({ get, set, change, orSay }: Tools) {
  /** Asks, and keeps the answer while it is one to what is looked at then. */
  async function askInto<K extends 'whoMay' | 'whatIf'>(
    key: K,
    question: () => Promise<NonNullable<Model[K]['answer']> | null>,
  ): Promise<void> {
    const { source, actor, past, supposed } = get()
    const isStill = (): boolean => {
      const now = get()
      const isSame = now.source === source && now.actor === actor && now.past === past
      return isSame && (key === 'whoMay' || now.supposed === supposed)
    }
    set((model) => ({ ...model, [key]: { ...model[key], isWaiting: true } }))
    let answered: Asked<unknown>
    try {
      answered = { isWaiting: false, answer: await question(), problem: null }
    } catch (error) {
      // What was answered of signals that are supposed still holds: only what is new was refused.
      const answer = key === 'whatIf' ? get().whatIf.answer : null
      answered = { isWaiting: false, answer, problem: (error as Error).message }
    }
    if (isStill()) set((model) => ({ ...model, [key]: answered }))
  }
  /** Anybody who is a person may do what this one may; the one who reads this is called by their name. */
  const named = (answer: WhoMayView | null): WhoMayView | null => {
    const { door } = get()
    if (answer === null || door === null || door.person === 'nobody') return answer
    const principals = answer.principals.map((by) =>
      by === 'person:any' ? (`person:${door.person}` as const) : by,
    )
    return { ...answer, principals }
  }
  const moment = () => {
    const { past } = get()
    return past === null ? {} : { sequence: past.sequence }
  }

  return {
    /** Who may send what at the moment that is shown. */
    async whoMay(): Promise<void> {
      const { actor } = get()
      if (actor === null || sourceOf(get())?.answers !== true) return
      await askInto('whoMay', async () =>
        named(await ask<WhoMayView | null>('whomay', { actor, ...moment() })),
      )
    },
    /** What would come of these signals, one after the other. */
    suppose(supposed: readonly SupposedSignal[]): void {
      const before = get().supposed
      // What was answered holds for the signals that are the same, up to the first that is not.
      const isMore = before.every((signal, place) => signal === supposed[place])
      change({ supposed, tab: 'what if', ...(isMore ? {} : { whatIf: notAsked, shownOutcome: null }) })
      if (supposed.length === 0) return change({ whatIf: notAsked, shownOutcome: null })
      orSay(async () => {
        await askWhatIf()
        const { whatIf, supposed: now } = get()
        if (now === supposed && whatIf.answer !== null && whatIf.answer.outcomes.length > 0)
          change({ shownOutcome: whatIf.answer.outcomes.length - 1 })
      })
    },
    /** Asks again what is supposed of the present, which is another by now. */
    async again(): Promise<void> {
      if (get().past === null && get().supposed.length > 0) await askWhatIf()
    },
  }

  async function askWhatIf(): Promise<void> {
    const { actor, supposed } = get()
    if (actor === null) return
    await askInto('whatIf', () => ask<WhatIfView | null>('whatif', { actor, signals: supposed, ...moment() }))
  }
}
