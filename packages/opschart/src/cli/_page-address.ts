/**
 * The address of the inspector's page, with what lets one in. What comes behind `#` is sent nowhere: the page takes it from
 * there.
 */
export function addressOf(page: string, token: string, secret?: string): string {
  return `${page}/#token=${token}${secret === undefined ? '' : `&control=${secret}`}`
}
