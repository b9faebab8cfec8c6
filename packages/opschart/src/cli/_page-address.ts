import type { InspectorPlace } from '@opschart/hosts/http'

import type { CommandContext } from './_context.ts'

/**
 * The address of the inspector's page, with what lets one in. What comes behind `#` is sent nowhere: the page takes it from
 * there.
 */
export function addressOf(page: string, token: string, secret?: string): string {
  return `${page}/#token=${token}${secret === undefined ? '' : `&control=${secret}`}`
}

/**
 * Opens the page in a browser, if it may. What is among a program's arguments can be read by any other on this machine: it
 * gets a ticket that is good once, and never the secret of control, which another could be quicker to show.
 */
export async function isOpened(
  context: CommandContext,
  { address, ticket }: { readonly address: string; readonly ticket?: string },
): Promise<boolean> {
  const { clock, composition, options, terminal } = context
  if (ticket === undefined || !terminal.interactive || options['no-open'] === true) return false
  return composition.openBrowser(addressOf(address, ticket), terminal.environment, clock)
}

/** What is to be said of a place that is not the project's own. */
export function placeLines({ taken }: Pick<InspectorPlace, 'taken'>): string[] {
  if (taken === undefined) return []
  return [
    `port ${taken}, the project’s own, is another program’s: this address is good until the daemon ends, and no longer`,
  ]
}
