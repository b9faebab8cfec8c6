import { execFileSync } from 'node:child_process'

import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core'

let browser: Promise<Browser> | undefined

/** A page in a browser that all measures share, without what another page left behind. */
export async function openPage(address: string): Promise<{ page: Page; session: CDPSession }> {
  browser ??= chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu'] })
  const context = await (await browser).newContext({ viewport: { width: 1500, height: 950 } })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(address)
  return { page, session }
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
  browser = undefined
}

function browserPath(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const given = process.env['CHROME_PATH']
  if (given !== undefined) return given
  for (const name of names) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    } catch {
      // Not by that name.
    }
  }
  throw new Error('there is no Chromium here; install one, or name it in CHROME_PATH')
}

/** Megabytes that the page's script holds, after its garbage was collected. */
export async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value / 1e6
}

/** Waits, frame by frame, until an expression gives something, and gives that. The page's policy lets nothing else be run. */
export async function until<Value>(page: Page, expression: string): Promise<Value> {
  return (await page.evaluate(
    `new Promise((resolve) => { const look = () => { const value = ${expression}; value ? resolve(value) : requestAnimationFrame(look) }; look() })`,
  )) as Value
}

/** Counts the frames of so many milliseconds, and the longest time between two. */
export const countFrames = (milliseconds: number) => `new Promise((resolve) => {
  const times = []
  const from = performance.now()
  const frame = () => {
    times.push(performance.now())
    if (times.at(-1) - from < ${milliseconds}) return requestAnimationFrame(frame)
    const gaps = times.slice(1).map((time, place) => time - times[place])
    resolve({ perSecond: (gaps.length * 1000) / (times.at(-1) - times[0]), longest: Math.max(...gaps) })
  }
  requestAnimationFrame(frame)
})`
