import type { SupposedSignal, WhatIfView, WhoMayView } from '@opschart/core'

import { ask } from './door.ts'
import { notAsked, sourceOf, type Asked, type Model } from './model.ts'
import type { Tools } from './tools.ts'

/** Asks what would be: nothing of it happens. */
export function createSupposing({ get, set, change, orSay }: Tools) {
  async function askInto<K extends 'whoMay' | 'whatIf'>(
    key: K,
    question: () => Promise<NonNullable<Model[K]['answer']> | null>,
  ): Promise<void> {
    const { actor } = get()
    set((model) => ({ ...model, [key]: { ...model[key], isWaiting: true } }))
    let answered: Asked<unknown>
    try {
      answered = { isWaiting: false, answer: await question(), problem: null }
    } catch (error) {
      answered = { isWaiting: false, answer: null, problem: (error as Error).message }
    }
    if (get().actor === actor) set((model) => ({ ...model, [key]: answered }))
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
      const { actor } = get()
      change({ supposed, tab: 'what if' })
      if (actor === null) return
      if (supposed.length === 0) return change({ whatIf: notAsked, shownOutcome: null })
      orSay(async () => {
        const question = { actor, signals: supposed, ...moment() }
        await askInto('whatIf', () => ask<WhatIfView | null>('whatif', question))
        const { answer } = get().whatIf
        change({ shownOutcome: answer === null ? null : answer.outcomes.length - 1 })
      })
    },
  }
}
