import { createKernel, type ActorState } from '@opschart/core'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import * as xstate from 'xstate'

import { deskMachine, type StepEvent } from '../chart.ts'
import { checkDesk, stepEvent } from '../expectation.ts'
import { closedLoop, type Driven, type Times } from '../harness/loops.ts'
import { serveSubject } from '../harness/subject.ts'

// The chart as a graph of one node on LangGraph JS, with its SQLite checkpointer. The node takes the step with the very
// kernel that ours takes it with, so that what differs is what stands around it. One `invoke` is one event: it resolves
// when its checkpoint is written.

/** What is used of the peers; their own types are there only where they are installed. */
interface LangGraph {
  readonly Annotation: { (): unknown; Root(channels: Record<string, unknown>): unknown }
  readonly StateGraph: new (state: unknown) => GraphBuilder
  readonly START: string
  readonly END: string
}
interface GraphBuilder {
  addNode(name: string, node: (values: Values) => Partial<Values>): GraphBuilder
  addEdge(from: string, to: string): GraphBuilder
  compile(options: { checkpointer: Saver }): Graph
}
interface Graph {
  invoke(values: Partial<Values>, options: object): Promise<Values>
  getState(options: object): Promise<{ values: Values }>
}
interface Values {
  readonly desk?: ActorState
  readonly event: StepEvent
}
interface Saver {
  readonly db: {
    pragma(text: string, options?: { simple: true }): unknown
    prepare(sql: string): { get(): Record<string, unknown> }
    close(): void
  }
  setup(): void
}

/** How a graph keeps its steps; `exit` writes one checkpoint for each event, and is its quickest. */
type Durability = 'sync' | 'exit'

const kernel = createKernel(deskMachine(xstate))
const at = { id: 'desk', version: 1, now: 0 }
let graph: Graph | undefined
let saver: Saver | undefined
let file = ''
let windows = 0

function step({ desk, event }: Values): Partial<Values> {
  const begun = desk ?? first()
  const next = kernel.step(begun, { ...event }, at)
  if (next.kind !== 'stepped') throw new Error(next.reason)
  return { desk: next.state }
}

function first(): ActorState {
  const begun = kernel.initial({ desk: 'desk' }, at)
  if (begun.kind !== 'stepped') throw new Error(begun.reason)
  return begun.state
}

function driven(durability: Durability): Driven {
  windows += 1
  const own = windows
  const options = (actor: number) => ({ configurable: { thread_id: `${own}/${actor}` }, durability })
  return {
    async send(actor, n) {
      await graph!.invoke({ event: stepEvent(n) }, options(actor))
      // It stays in the queue of microtasks; without this no timer of the process would ever run.
      await turn()
    },
    async check(actor, events) {
      const { values } = await graph!.getState(options(actor))
      checkDesk('LangGraph', 'desk', events, values.desk!.snapshot as unknown as xstate.AnyMachineSnapshot)
    },
  }
}

serveSubject(
  {
    async open({ folder, full }: { folder: string; full: boolean }) {
      const langgraph = (await import('@langchain/langgraph' as string)) as LangGraph
      const checkpoint = (await import('@langchain/langgraph-checkpoint-sqlite' as string)) as {
        SqliteSaver: { fromConnString(path: string): Saver }
      }
      file = join(folder, full ? 'langgraph-full.db' : 'langgraph.db')
      saver = checkpoint.SqliteSaver.fromConnString(file)
      saver.setup()
      if (full) saver.db.pragma('synchronous = full')
      const { Annotation, StateGraph, START, END } = langgraph
      graph = new StateGraph(Annotation.Root({ desk: Annotation(), event: Annotation() }))
        .addNode('step', step)
        .addEdge(START, 'step')
        .addEdge('step', END)
        .compile({ checkpointer: saver })
      return {
        sqlite: saver.db.prepare('select sqlite_version() as version').get()['version'],
        synchronous: saver.db.pragma('synchronous', { simple: true }),
      }
    },
    closed: ({ actors, durability, ...times }: Times & { actors: number; durability: Durability }) =>
      closedLoop(driven(durability), actors, times),
    /** Bytes of the file that so many events of one actor add, for each of them. */
    async bytes({ events, durability }: { events: number; durability: Durability }) {
      const size = () => {
        saver!.db.pragma('wal_checkpoint(truncate)')
        return statSync(file).size
      }
      const one = driven(durability)
      const before = size()
      for (let n = 1; n <= events; n += 1) await one.send(0, n)
      await one.check(0, events)
      return (size() - before) / events
    },
  },
  { closing: () => saver?.db.close() },
)
