import { arrowOf, gatesOf, isFinal, type Arrow, type LifecycleDefinition } from '../law/definition.ts'
import { idPart, type ArrowView, type ChartView, type StateView } from './chart-view.ts'

/**
 * A law as it is drawn: its phases with the agents that may act there, and its arrows with the signal, the gates, who may
 * send it, and the workflow that it starts. Arrows of every phase are the root's.
 */
export function chartOfLaw(law: LifecycleDefinition): ChartView {
  const arrows: ArrowView[] = []
  const states = Object.entries(law.phases).map(([name, phase]): StateView => {
    const id = idPart(name)
    for (const [signal, given] of Object.entries(phase.on ?? {}))
      arrows.push(drawn(id, signal, arrowOf(given)))
    for (const [delay, { does }] of Object.entries(phase.after ?? {}))
      arrows.push({
        id: `${id}|after ${delay}|0`,
        from: id,
        to: [],
        kind: 'after',
        event: delay,
        actions: does,
      })
    for (const to of phase.moves ?? []) {
      const target = idPart(to)
      arrows.push({
        id: `${id}|move|${target}`,
        from: id,
        to: [target],
        kind: 'move',
        event: 'move',
        by: ['person'],
        actions: [],
      })
    }
    return { ...plain, id, key: name, kind: isFinal(phase) ? 'final' : 'atomic', allow: phase.allow ?? [] }
  })
  for (const [signal, { except = [], ...arrow }] of Object.entries(law.all ?? {})) {
    const all = drawn('', signal, arrow)
    arrows.push(except.length === 0 ? all : { ...all, description: `not in ${except.join(', ')}` })
  }
  return {
    id: law.id,
    root: {
      ...plain,
      id: '',
      key: law.id,
      kind: 'compound',
      initial: idPart(law.initial),
      allow: law.everywhere ?? [],
      states,
    },
    arrows,
    problems: [],
  }
}

const plain = { tags: [], entry: [], exit: [], invoke: [], states: [] } as const

function drawn(from: string, signal: string, arrow: Arrow): ArrowView {
  const gates = gatesOf(arrow)
  return {
    id: `${from}|${signal}|0`,
    from,
    to: arrow.to === undefined || arrow.to === '*' ? [] : [idPart(arrow.to)],
    kind: 'event',
    event: signal,
    ...(gates.length === 0 ? {} : { guard: gates.join(' and ') }),
    ...(arrow.by === undefined ? {} : { by: arrow.by }),
    actions: arrow.does ?? [],
    ...(arrow.starts === undefined ? {} : { starts: arrow.starts }),
    ...(arrow.to === '*' ? { description: 'to the phase that it names' } : {}),
  }
}
