import type { IncomingMessage } from 'node:http'

import { OpschartError } from '@opschart/core'

/**
 * Headers of every answer on the loopback: a page runs what this server sent and asks nobody else, no other page may
 * hold it or read from it, and nothing of it is kept.
 */
export const strictHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/**
 * Refuses what another page has a browser send. A name that was pointed at this machine shows in `Host`, another page in
 * `Origin` or `Sec-Fetch-Site`. A page of another port of this machine is another page, too: cookies do not tell ports
 * apart, so that one would act with the session of ours.
 *
 * @throws OpschartError `forbidden`, without a word of what is behind the door.
 */
export function refuseForeign(request: IncomingMessage): void {
  const port = request.socket.localPort
  const hosts = request.headersDistinct.host ?? []
  const [host = ''] = hosts
  if (hosts.length !== 1 || ![`127.0.0.1:${port}`, `localhost:${port}`].includes(host))
    throw new OpschartError('forbidden', 'this host is not served here; use the address that was printed')
  const origins = request.headersDistinct.origin ?? []
  if (origins.some((origin) => origin !== `http://${host}`))
    throw new OpschartError('forbidden', 'another page may not ask here; open the address that was printed')
  const sites = request.headersDistinct['sec-fetch-site'] ?? []
  if (sites.some((site) => site !== 'same-origin' && site !== 'none'))
    throw new OpschartError(
      'forbidden',
      'this was asked from another page; type the address that was printed into the browser',
    )
}
