import { startSubject, type Subject } from '../harness/subject.ts'
import type { Kit } from '../plan.ts'

/** A runtime that is looked at, and the address of its page. */
export interface Inspected {
  readonly subject: Subject
  readonly address: string
}

const addresses = new Map<string, string>()

/** A runtime whose journal has about so many rows. */
export async function inspectedOf(kit: Kit, name: string, rows = 0): Promise<Inspected> {
  const subject = await kit.subject(`inspected ${name}`, async () => {
    const started = startSubject('inspected')
    const { address } = await started.ask<{ address: string }>('open', { folder: kit.folder, name })
    addresses.set(name, address)
    if (rows > 0) {
      kit.tell(`writing a journal of ${rows.toLocaleString('en')} rows`)
      await started.ask('fill', { name, rows })
    }
    return started
  })
  return { subject, address: addresses.get(name)! }
}
