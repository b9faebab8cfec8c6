import elkApi from 'elkjs/lib/elk-api.js'

import type { LayoutEngine } from '../src/layout/engine.ts'

/** ELK in a worker of its own: the page goes on while it works. It is begun at once, to be there when the first chart is. */
export function elkInWorker(url: string): LayoutEngine {
  // What its types call a module is the class itself, where it is bundled.
  const Elk = elkApi as unknown as new (options: object) => LayoutEngine
  return new Elk({ workerFactory: () => new Worker(url) })
}
