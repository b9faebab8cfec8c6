import type { Service } from '@opschart/core'

/** The folder of a service's documents, without a slash at its end. */
export function docsFolder(service: Service): string {
  return (service.docs ?? 'docs').replace(/\/+$/, '')
}
