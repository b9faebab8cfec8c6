import { OpschartError } from '@opschart/core'

import { linuxProcesses } from './linux-processes.ts'
import type { ProcessTable } from './process-table.ts'
import { psProcesses } from './ps-processes.ts'

/**
 * The process table of this system.
 *
 * @throws OpschartError `unsupported` where there is no way to look at other processes.
 */
export function systemProcesses(): ProcessTable {
  if (process.platform === 'linux') return linuxProcesses
  if (process.platform === 'darwin') return psProcesses()
  throw new OpschartError(
    'unsupported',
    `people cannot be known by their terminals on ${process.platform}; approve in the inspector or in your host’s dialog`,
  )
}
