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
    const target = event.target as HTMLElement
    const isTyping = target.matches('input:not([type=range]), textarea, select, [contenteditable]')
    const act = document.querySelector('dialog[open]') === null ? acts[event.key] : undefined
    if (isTyping || act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  })
}
