import type { Model } from './model.ts'

const key = 'opschart.theme'

/** The colours that were chosen on this machine before. */
export function keptTheme(): Model['theme'] {
  try {
    const kept = localStorage.getItem(key)
    return kept === 'light' || kept === 'dark' ? kept : 'auto'
  } catch {
    // A page from a file may have no memory.
    return 'auto'
  }
}

export function keepTheme(theme: Model['theme']): void {
  try {
    localStorage.setItem(key, theme)
  } catch {
    // It holds for as long as the page is open, then.
  }
}
