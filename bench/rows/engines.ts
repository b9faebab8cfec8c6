import { startSubject, type Subject } from '../harness/subject.ts'
import type { Kit, Measure } from '../plan.ts'

/** Actors at work together where a row says concurrent. */
export const together = 64

/** A window that nobody looks at, in which an engine's code is compiled: of 64 actors, since those make the most events. */
const unseen = (kit: Kit) => ({ actors: together, warm: 0, seconds: kit.times.seconds })

/** Ours, on a store that lives through the run. */
export const ours = (kit: Kit): Promise<Subject> =>
  kit.subject('ours', async () => {
    const subject = startSubject('ours')
    await subject.ask('open', { folder: kit.folder, name: 'ours' })
    await subject.ask('closed', { name: 'ours', ...unseen(kit) })
    return subject
  })

/** The bare transaction, writing as many bytes as ours does. */
export const bare = (kit: Kit): Promise<Subject> =>
  kit.subject('bare', async () => {
    const sizes = await (await ours(kit)).ask<Record<string, number>>('sizes', { name: 'ours' })
    if (!Object.values(sizes).every((size) => size > 0)) throw new Error('ours has written nothing yet')
    const subject = startSubject('bare-sqlite')
    await subject.ask('open', { folder: kit.folder, sizes, actors: together })
    await subject.ask('serial', unseen(kit))
    return subject
  })

/** LangGraph, on a file of its own for each of SQLite's two ways to flush. */
export const langgraph = (kit: Kit, full: boolean): Promise<Subject> =>
  kit.subject(full ? 'LangGraph, FULL' : 'LangGraph', async () => {
    const subject = startSubject('langgraph')
    const { synchronous } = await subject.ask<{ synchronous: number }>('open', { folder: kit.folder, full })
    if (synchronous !== (full ? 2 : 1)) throw new Error(`LangGraph's file has synchronous = ${synchronous}`)
    await subject.ask('closed', { durability: 'exit', ...unseen(kit) })
    return subject
  })

/** Restate's server with the service, and its client. */
export const restate = (kit: Kit): Promise<Subject> =>
  kit.subject('Restate', async () => {
    const subject = startSubject('restate')
    await subject.ask('open', { folder: kit.folder })
    await subject.ask('closed', unseen(kit))
    return subject
  })

/** Ours with one actor: every signal is a commit of its own. */
export const oursSerial: Measure = {
  name: 'ours, serial',
  run: async (kit) => (await ours(kit)).ask('closed', { name: 'ours', actors: 1, ...kit.times }),
}

/** Ours with 64 actors, whose commits go together. */
export const oursTogether: Measure = {
  name: 'ours, 64',
  run: async (kit) => (await ours(kit)).ask('closed', { name: 'ours', actors: together, ...kit.times }),
}

/** One transaction of two rows for each event, and nothing else. */
export const bareSerial: Measure = {
  name: 'bare, serial',
  run: async (kit) => (await bare(kit)).ask('serial', kit.times),
}
