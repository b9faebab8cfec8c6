import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

import { deskMachine, type XStateModule } from '../chart.ts'
import { serveSubject } from '../harness/subject.ts'

// The service that the Restate server calls: the chart, unmodified, as @restatedev/xstate makes it a virtual object.

/** What is used of Restate's SDK; its own types are there only where it is installed. */
interface Endpoint {
  bind(service: unknown): Endpoint
  setLogger(logger: () => void): Endpoint
  listen(port: number): Promise<number>
}

serveSubject({
  async open({ port }: { port: number }) {
    const { xstate } = (await import('@restatedev/xstate' as string)) as {
      xstate: (name: string, machine: unknown) => unknown
    }
    const sdk = (await import('@restatedev/restate-sdk' as string)) as {
      endpoint(): Endpoint
    }
    // The very copy of XState that it uses, not ours.
    const beside = createRequire(createRequire(import.meta.url).resolve('@restatedev/xstate'))
    const own = (await import(pathToFileURL(beside.resolve('xstate')).href)) as { default: XStateModule }
    const machine = deskMachine(own.default)
    await sdk
      .endpoint()
      .setLogger(() => {})
      .bind(xstate('desk', machine))
      .listen(port)
    return { pid: process.pid }
  },
})
