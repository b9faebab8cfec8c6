import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { momentOf, textOf, timeOf } from './format.ts'
import { calledOf, sourceOf, type Model } from './model.ts'
import { gutter, kindOf, labelAt, lanesOf, toldOf, type Lanes } from './sequence-lanes.ts'
import { homeOf, kinSteps, sequenceOf, type Lifeline, type SequenceRow } from './sequence.ts'
import { VirtualList } from './virtual-list.tsx'

const rowHeight = 38

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
  const [{ left, room }, setSeen] = useState({ left: 0, room: 800 })
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const see = (): void => setSeen({ left: element.scrollLeft, room: element.clientWidth })
    const observer = new ResizeObserver(see)
    observer.observe(element)
    element.addEventListener('scroll', see, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', see)
    }
  }, [])
  const nameOf = ({ name, place }: Lifeline): string =>
    place === 'home' && source?.answers === true ? calledOf(model, name) : name
  const lanes = lanesOf(lifelines.map(nameOf), room)
  const { width, widths } = lanes
  const middleOfHome = lanes.at[lifelines.findIndex(({ place }) => place === 'home')]
  const isRead = kin?.isWaiting === false
  // Where not all of it fits, one begins with who is looked at.
  useLayoutEffect(() => {
    const element = box.current
    if (element !== null && middleOfHome !== undefined)
      element.scrollLeft = middleOfHome - (gutter + element.clientWidth) / 2
  }, [home, isRead])
  const chosen = step === null ? -1 : rows.findIndex((row) => row.step.sequence === step.sequence)
  return (
    <>
      <div ref={box} class="sequence" tabIndex={0} role="group" aria-label="Sequence">
        <div class="lifelines" style={{ minWidth: `${width}px` }}>
          <span class="told" style={{ width: `${gutter}px` }}>
            {kin?.isWaiting === true
              ? 'Reading …'
              : `${rows.length.toLocaleString()} rows${kin?.isWhole === false ? ', the newest' : ''}`}
          </span>
          {lifelines.map((lifeline, index) => (
            <span
              key={lifeline.id}
              class={`lifeline ${lifeline.place}`}
              style={{ width: `${widths[index]}px` }}
              title={toldOf(lifeline)}
            >
              <span class="kind">{kindOf(lifeline)}</span>
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
            row={(index) => (
              <Message
                row={rows[index]!}
                lifelines={lifelines}
                lanes={lanes}
                seen={{ left, right: left + room }}
              />
            )}
            empty={kin?.isWaiting === true ? 'Reading …' : 'Nothing was sent to it yet.'}
          />
        </div>
      </div>
      <Legend />
    </>
  )
}

const signs = [
  ['accepted', 'accepted'],
  ['waiting', 'waits'],
  ['refused', 'refused: it did nothing'],
  ['ignored', 'kept for the record'],
] as const

/** What the lines of a sequence mean. */
function Legend() {
  return (
    <ul class="legend of-sequence" aria-label="What the lines mean">
      {signs.map(([verdict, told]) => (
        <li key={verdict} class={verdict}>
          <svg class="message" width="40" height="12" aria-hidden="true">
            <path class="way" d={`M1 6H${verdict === 'refused' ? 26 : 30}`} />
            {verdict === 'refused' ? (
              <path class="halt" d="M29 2l8 8m0 -8l-8 8" />
            ) : (
              <path class="tip" d="M39 6l-9 -4.5v9z" />
            )}
          </svg>
          {told}
        </li>
      ))}
      <li>
        <span class="moved">⇒ STATE</span> where it came to stand
      </li>
    </ul>
  )
}

const middle = 24

function Message({
  row: { step, from, to, label, verdict, moved },
  lifelines,
  lanes: { at, width },
  seen,
}: {
  readonly row: SequenceRow
  readonly lifelines: readonly Lifeline[]
  readonly lanes: Lanes
  /** What of the whole is seen. */
  readonly seen: { readonly left: number; readonly right: number }
}) {
  // What is only kept for the record has come, though nothing came of it.
  const isHalted = verdict !== null && !['accepted', 'waiting', 'ignored'].includes(verdict)
  const isSelf = from === to
  const end = at[to]!
  const side = from > to ? 1 : -1
  const names = `${lifelines[from]?.name} → ${lifelines[to]?.name}`
  // A message to itself goes out and comes back at one side.
  const path = isSelf
    ? `M${end} ${middle - 8}h26v14h-18`
    : `M${at[from]} ${middle}H${end + side * (isHalted ? 12 : 8)}`
  const tip = isSelf ? { x: end + 2, y: middle + 6, side: 1 } : { x: end, y: middle, side }
  const text = moved === null ? label : `${label} ⇒ ${moved}`
  const length = text.length * 7.4
  const ideal: [number, number] = isSelf ? [end + 34, end + 34 + length] : [at[from]!, end]
  const centre = labelAt(ideal, length, { left: seen.left + gutter, right: seen.right - 14 })
  return (
    <>
      <span class="when" style={{ left: `${seen.left}px` }} title={momentOf(step.at)}>
        <span class="number">{step.sequence}</span>
        <time>{timeOf(step.at).slice(0, 8)}</time>
      </span>
      <svg class="message" width={width} height={rowHeight} aria-hidden="true">
        {lifelines.map(({ id, place }, index) => (
          <line key={id} class={`line ${place}`} x1={at[index]} x2={at[index]} y1="0" y2={rowHeight} />
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
