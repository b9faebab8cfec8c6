import { gatherInspection } from '@opschart/core'

import { follow } from './door.ts'
import { sourceOf } from './model.ts'
import type { Tools } from './tools.ts'

/** Rows that are looked at: the newest of a journal that may have a million. */
const mostRows = 50_000
/** Milliseconds between two looks at what was gathered so far. */
const pace = 300

/** Gathers what of the charts is covered: the rows that exist, then those that come, until it is switched off. */
export function createCovering({ get, change, say }: Tools) {
  let end: (() => void) | undefined

  function stop(): void {
    end?.()
    end = undefined
    change({ covering: null })
  }
  function start(): void {
    const source = sourceOf(get())
    if (source === null) return
    const { head, first } = get()
    const from = Math.max(first, head - mostRows + 1)
    const gathering = gatherInspection()
    if (!source.answers) {
      // All that is known of another process is what it has told.
      for (const [chart, view] of source.charts)
        gathering.take({ kind: 'chart', source: source.source, chart, view })
      for (const { actor, chart, name, parent, since: at } of source.actors.values())
        gathering.take({ kind: 'actor', source: source.source, actor, chart, name, parent, at })
      for (const step of source.steps) gathering.take({ kind: 'step', source: source.source, ...step })
      const seen = source.steps.at(-1)?.sequence ?? 0
      change({ covering: { charts: gathering.coverage(), from: 1, seen, to: seen } })
      end = () => {}
      return
    }
    let seen = from - 1
    let isShowing = false
    const show = (): void => {
      isShowing = false
      if (end !== undefined)
        change({ covering: { charts: gathering.coverage(), from, seen, to: Math.max(seen, get().head) } })
    }
    const endStream = follow(
      {
        message(message) {
          if (message.source !== source.source) return
          gathering.take(message)
          if (message.kind === 'step') seen = message.sequence
          if (isShowing) return
          isShowing = true
          setTimeout(show, pace)
        },
        opened() {},
        // Taken up again it would count twice what it has counted.
        broken() {
          stop()
          say('the daemon does not answer: coverage is off')
        },
        refused: stop,
      },
      from,
    )
    end = endStream
    show()
  }
  return {
    toggle: (): void => (end === undefined ? start() : stop()),
    stop,
  }
}
