// Takes the pictures of the documents, as `npx -y pnpm@12 pictures`: of a real page in a real browser, in both themes, at an
// incident of a project that is made for it. Nobody's name and no place of this machine is in them.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Page } from 'playwright-core'

import { startDaemon, type Daemon } from '../../src/daemon.ts'
import { startBrowser } from './browser.ts'
import { draft } from './project.ts'

const home = join(import.meta.dirname, '../../../../docs/pictures')
const size = { width: 1400, height: 860 }

const configuration = `services:
  shop: { deploy: [./deploy, "{version}"], rollback: [./deploy, "{previous}"] }
autonomy: observe
`

/** A release that is live, the one that follows it, and what goes wrong then. */
async function incident({ client }: Daemon): Promise<void> {
  const ann = client.as({ person: 'ann' })
  const live = { phase: 'PRODUCTION', reason: 'it was live before' }
  await ann.adopt({ to: 'shop/v1.4.0', ...live, version: 'v1.4.0' })
  const [branch, commit, merge] = [
    'faster-checkout',
    '4f1c0e9a7d2b85c3e6f0a1b2c3d4e5f60718293a',
    '9b3e57d1c8a2460f5e7d6c4b3a291807f6e5d4c3',
  ]
  const release = `shop/${branch}`
  const committed = draft('CODE_COMMITTED', { branch, commit, author: 'lee@example.org' })
  await client.as('watcher:git').send('shop', committed)
  await client.as('agent:performance-optimizer-agent').send(release, draft('DEPLOYMENT_REQUESTED'))
  await client.as('agent:developer-agent').send(release, draft('REVIEW_REQUESTED'))
  await client.as('agent:contract-guardian').send(release, draft('CHANGES_REQUESTED'))
  await client.as('agent:developer-agent').send(release, draft('REVIEW_REQUESTED'))
  await client.as('agent:reviewer-agent').send(release, draft('REVIEW_APPROVED'))
  await client.as('watcher:git').send('shop', draft('CODE_MERGED', { branch, commit, merge }))
  await client.as('watcher:git').send('shop', draft('VERSION_TAGGED', { version: 'v1.5.0', commit: merge }))
  await ann.adopt({ to: release, ...live, version: 'v1.5.0', reason: 'deployed by hand' })
  const measured = { measure: 'error_rate', value: 0.05, threshold: 0.01 }
  await client.as('rule:error_spike').send('shop', draft('ERROR_THRESHOLD_EXCEEDED', measured))
}

async function take(page: Page, name: string): Promise<void> {
  // Nothing moves any more: what is lit has run along its arrow.
  await page.waitForFunction('document.getAnimations().every((one) => one.playState !== "running")')
  await page.screenshot({ path: join(home, `${name}.png`) })
}

const folder = await mkdtemp(join(tmpdir(), 'opschart-pictures-'))
const root = join(folder, 'shop')
await mkdir(join(root, '.claude/config'), { recursive: true })
await mkdir(home, { recursive: true })
await writeFile(join(root, '.claude/config/operational.yaml'), configuration)
const browser = await startBrowser()
const daemon = await startDaemon({ root, inspect: {} })
try {
  await incident(daemon)
  const { address, token } = daemon.inspect!
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await browser.open(`${address}/#token=${token}`, {
      colorScheme,
      reducedMotion: 'reduce',
    })
    await page.setViewportSize(size)
    await page.locator('.drawing g.oc-active').first().waitFor()
    const rows = page.getByRole('listbox', { name: 'Rows of the journal' }).getByRole('option')
    await rows.filter({ hasText: 'incident_detected succeeded' }).first().waitFor()
    for (const verdict of ['accepted', 'refused'])
      await page.getByRole('button', { name: verdict, exact: true }).click()
    await rows.filter({ hasText: 'refused' }).first().waitFor()
    await take(page, `inspector-${colorScheme}`)
    await page.getByRole('tab', { name: 'what if' }).click()
    await page.getByLabel('Signal').fill('INCIDENT_RESOLVED')
    // Not whoever takes the pictures.
    await page.getByLabel('by', { exact: true }).fill('person:ann')
    await page.getByRole('button', { name: 'Suppose it' }).click()
    await page.locator('.moment').filter({ hasText: 'supposed' }).waitFor()
    await page.getByLabel('by', { exact: true }).fill('person:ann')
    await take(page, `what-if-${colorScheme}`)
  }
} finally {
  await daemon.close()
  await browser.close()
  await rm(folder, { recursive: true, force: true })
}
