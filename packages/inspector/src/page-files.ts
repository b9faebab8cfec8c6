import { readFile } from 'node:fs/promises'

/** A file that a page is made of. */
export interface PageFile {
  /** Its `content-type`. */
  readonly type: string
  readonly body: string
}

const types = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'elk.js': 'text/javascript; charset=utf-8',
} as const

type Name = keyof typeof types

/**
 * The inspector's page, for a server of one's own: its files by their paths, `/` the page itself. A published package
 * brings them along; among the sources they are made on the spot, once for each process.
 */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const texts = await (made ??= pageTexts())
  return new Map(
    (Object.keys(types) as Name[]).map((name) => [
      name === 'index.html' ? '/' : `/${name}`,
      { type: types[name], body: texts[name] },
    ]),
  )
}

let made: Promise<Readonly<Record<Name, string>>> | undefined

async function pageTexts(): Promise<Readonly<Record<Name, string>>> {
  if (import.meta.url.endsWith('.ts')) {
    // Not a name that the compiler follows: what bundles is for who works on this, and not published.
    const bundler = new URL('../bundle-page.ts', import.meta.url).href
    const { bundlePage } = (await import(bundler)) as {
      bundlePage: () => Promise<Readonly<Record<Name, string>>>
    }
    return bundlePage()
  }
  const names = Object.keys(types) as Name[]
  const texts = await Promise.all(
    names.map((name) => readFile(new URL(`page/${name}`, import.meta.url), 'utf8')),
  )
  return Object.fromEntries(names.map((name, place) => [name, texts[place]!])) as Record<Name, string>
}
