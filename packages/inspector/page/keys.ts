import type { Does } from './does.ts'
import { showKeys } from './keys-help.tsx'

/** Keys that hold everywhere but where something is typed. */
export function bindKeys(does: Does): void {
  const acts: Readonly<Record<string, () => void>> = {
    '/': () => document.getElementById('jump')?.focus(),
    '[': () => does.travel.previous(),
    ']': () => does.travel.next(),
    n: () => does.travel.now(),
    h: () => does.toggleCoverage(),
    v: () => does.comparing.toggle(),
    s: () => does.choose.view('sequence'),
    o: () => does.choose.view('fleet'),
    '?': showKeys,
  }
  document.addEventListener('keydown', (event) => {
    const act = isFree(event) ? acts[event.key] : undefined
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}

/** Whether a key is for the page: nothing is typed with it, and it is no browser's own. */
export function isFree(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  const isTyping = target.matches('input:not([type=range]), textarea, select, [contenteditable]')
  const isAsked = document.querySelector('dialog[open]') !== null
  return !isTyping && !isAsked && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey
}
