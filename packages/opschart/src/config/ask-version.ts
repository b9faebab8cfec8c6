import { mapOf } from './known-names.ts'
import { safeVersion } from './find-releases.ts'

/**
 * Asks a health address of this machine which version runs; undefined when nothing answers within a second, or it says
 * none. Addresses of other machines are not asked: nobody has named them yet.
 */
export async function askVersion(address: string): Promise<string | undefined> {
  const url = URL.parse(address)
  if (url === null || url.protocol !== 'http:' || !['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname))
    return undefined
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(1_000),
      headers: { accept: 'application/json' },
    })
    const text = await shortText(response)
    const data = mapOf(JSON.parse(text))
    const found = [data['version'], data['release'], mapOf(data['build'])['version']].find(
      (value) => typeof value === 'string',
    )
    return typeof found === 'string' && safeVersion.test(found) && !found.includes('..') ? found : undefined
  } catch {
    return undefined
  }
}

/** A body of at most 64 KiB. */
async function shortText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > 65_536) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
