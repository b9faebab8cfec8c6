const name = 'opschart.control'

/** Where this page has no memory of its own: it holds until the page is loaded anew. */
let held: string | null = null

/**
 * The header by which this page shows that it was given control; nothing without it. Beside the cookie, which the browser
 * shows to whatever listens on another port of this machine, too: this it shows to none.
 */
export function controlKey(): Record<string, string> {
  let key = held
  try {
    key ??= sessionStorage.getItem(name)
  } catch {
    // There is no such memory, and so no key in it.
  }
  return key === null ? {} : { 'opschart-control': key }
}

/** Keeps the key for as long as this page is open, in this page alone. */
export function keepControlKey(key: string): undefined {
  held = key
  try {
    sessionStorage.setItem(name, key)
  } catch {
    // It is held, and not kept.
  }
}
