import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { momentOf, textOf, timeOf } from './format.ts'
import { calledOf, sourceOf, type Model } from './model.ts'
import { homeOf, kinSteps, sequenceOf, type Lifeline, type SequenceRow } from './sequence.ts'
import { VirtualList } from './virtual-list.tsx'

const rowHeight = 38
const gutter = 104
/** Least and most between two lifelines, in pixels: they take the room that there is. */
const narrowest = 84
const widest = 190

/** Who sent what to the actor that is looked at, and to those that belong to it, in order of time. */
export function SequenceView({ model, does }: { model: Model; does: Does }) {
  const source = sourceOf(model)
  const { kin, actor, step } = model
  const home = source === null || actor === null ? null : homeOf(source, actor)
  const steps = useMemo(() => kinSteps(model), [kin, source?.steps])
  const { lifelines, rows } = useMemo(
    () => (source === null || home === null ? { lifelines: [], rows: [] } : sequenceOf(source, home, steps)),
    [steps, home],
  )
  const box = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState(800)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setRoom(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const share = Math.floor((room - gutter) / Math.max(1, lifelines.length))
  const apart = Math.min(widest, Math.max(narrowest, share))
  const width = Math.max(room, gutter + lifelines.length * apart)
  const at = (place: number): number => gutter + (place + 0.5) * apart
  const chosen = step === null ? -1 : rows.findIndex((row) => row.step.sequence === step.sequence)
  const nameOf = ({ name, place }: Lifeline): string =>
    place === 'home' && source?.answers === true ? calledOf(model, name) : name
  return (
    <div ref={box} class="sequence" tabIndex={0} role="group" aria-label="Sequence">
      <div class="lifelines" style={{ minWidth: `${width}px` }}>
        <span class="told" style={{ width: `${gutter}px` }}>
          {kin?.isWaiting === true
            ? 'Reading …'
            : `${rows.length.toLocaleString()} rows${kin?.isWhole === false ? ', the newest' : ''}`}
        </span>
        {lifelines.map((lifeline) => (
          <span
            key={lifeline.id}
            class={`lifeline ${lifeline.place}`}
            style={{ width: `${apart}px` }}
            title={lifeline.kind === '' ? lifeline.name : `${lifeline.kind}:${lifeline.name}`}
          >
            <span class="kind">{lifeline.kind}</span>
            <span class="name">{nameOf(lifeline)}</span>
          </span>
        ))}
      </div>
      <div class="messages" style={{ minWidth: `${width}px` }}>
        <VirtualList
          label="Messages"
          count={rows.length}
          rowHeight={rowHeight}
          chosen={chosen}
          end={kin?.isWaiting === false ? kin.home : undefined}
          onChoose={(index) => {
            if (rows[index] !== undefined) does.choose.row(rows[index].step)
          }}
          rowClass={(index) => rows[index]!.verdict ?? ''}
          row={(index) => <Message row={rows[index]!} lifelines={lifelines} at={at} width={width} />}
          empty={kin?.isWaiting === true ? 'Reading …' : 'Nothing was sent to it yet.'}
        />
      </div>
    </div>
  )
}

const middle = 24

function Message({
  row: { step, from, to, label, verdict, moved },
  lifelines,
  at,
  width,
}: {
  readonly row: SequenceRow
  readonly lifelines: readonly Lifeline[]
  readonly at: (place: number) => number
  readonly width: number
}) {
  const isHalted = verdict !== null && verdict !== 'accepted' && verdict !== 'waiting'
  const isSelf = from === to
  const end = at(to)
  const side = from > to ? 1 : -1
  const names = `${lifelines[from]?.name} → ${lifelines[to]?.name}`
  // A message to itself goes out and comes back at one side.
  const path = isSelf
    ? `M${end} ${middle - 8}h26v14h-18`
    : `M${at(from)} ${middle}H${end + side * (isHalted ? 12 : 8)}`
  const tip = isSelf ? { x: end + 2, y: middle + 6, side: 1 } : { x: end, y: middle, side }
  const text = moved === null ? label : `${label} ⇒ ${moved}`
  const ideal = isSelf ? end + 34 + text.length * 3.6 : (at(from) + end) / 2
  const half = text.length * 3.8
  const centre = Math.max(gutter + half, Math.min(width - half, ideal))
  return (
    <>
      <span class="when" title={momentOf(step.at)}>
        <span class="number">{step.sequence}</span>
        <time>{timeOf(step.at).slice(0, 8)}</time>
      </span>
      <svg class="message" width={width} height={rowHeight} aria-hidden="true">
        {lifelines.map(({ id, place }, index) => (
          <line key={id} class={`line ${place}`} x1={at(index)} x2={at(index)} y1="0" y2={rowHeight} />
        ))}
        <path class="way" d={path} />
        {isHalted ? (
          <path
            class="halt"
            d={`M${tip.x + tip.side * 4} ${tip.y - 5}l${tip.side * 10} 10m0 -10l${tip.side * -10} 10`}
          />
        ) : (
          <path class="tip" d={`M${tip.x} ${tip.y}l${tip.side * 9} -4.5v9z`} />
        )}
        <text x={centre} y={middle - (isSelf ? -1 : 7)} text-anchor="middle">
          {label}
          {moved !== null && <tspan class="moved">{` ⇒ ${moved}`}</tspan>}
        </text>
      </svg>
      <span class="hidden">{`${names}: ${text}${verdict === null ? '' : `, ${verdict}`}. ${textOf(step)}`}</span>
    </>
  )
}
