import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { rolldown } from 'rolldown'

import { themeStyle } from './page/colours.ts'

/** Its styles, in the order in which they hold. */
const styles = ['page.css', 'views.css', 'panel.css']

/** The texts of the page's files, by name. */
export type PageTexts = Readonly<Record<'index.html' | 'page.js' | 'page.css' | 'elk.js', string>>

/** Makes the page's files of their sources: in a moment, so that whoever works on it needs no build. */
export async function bundlePage(): Promise<PageTexts> {
  const folder = join(import.meta.dirname, 'page')
  const text = (name: string) => readFile(join(folder, name), 'utf8')
  const bundle = await rolldown({
    input: join(folder, 'main.tsx'),
    platform: 'browser',
    transform: {
      jsx: { runtime: 'automatic', importSource: 'preact' },
      target: 'es2023',
      define: { 'process.env.NODE_ENV': '"production"' },
    },
    // The page gives the layout an engine that works in a worker; the one within this thread is never loaded.
    external: ['elkjs/lib/elk.bundled.js'],
    // What is not used is left out; a warning about it would be one about somebody else's code.
    logLevel: 'silent',
  })
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true, codeSplitting: false })
    const elk = createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js')
    return {
      'index.html': await text('index.html'),
      'page.js': output[0].code,
      'page.css': [themeStyle(), ...(await Promise.all(styles.map(text)))].join('\n'),
      'elk.js': await readFile(elk, 'utf8'),
    }
  } finally {
    await bundle.close()
  }
}

// Run by itself, it writes them to where the published package has them.
if (import.meta.main) {
  const folder = join(import.meta.dirname, 'dist/page')
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(await bundlePage())) await writeFile(join(folder, name), text)
}
