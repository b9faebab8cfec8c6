import { activeIn, type InspectionMessage, type InspectionStep, type LogEntryView } from '@opschart/core'

import { mermaidOf } from '../src/draw/mermaid-of.ts'
import { svgOf } from '../src/draw/svg-of.ts'
import { layoutChart } from '../src/layout/layout-chart.ts'
import type { Layouts } from '../src/layout/layouts.ts'
import type { Layout } from '../src/layout/layout.ts'
import { storyPage, type Story } from '../src/story/story-page.ts'
import { details } from './chart-detail.ts'
import { changesShown } from './comparing.ts'
import { ask } from './door.ts'
import { lightOf } from './light-of.ts'
import { actorOf, calledOf, chartOf, sourceOf, type Model } from './model.ts'
import { toldUntil } from './travel.ts'

/** Rows of a story: what is more is left out, from its beginning. */
const mostRows = 5000

export type SavedKind = 'story' | 'svg' | 'mermaid' | 'json'

/** Gives what is looked at to the browser as a file, and its name. */
export async function saved(kind: SavedKind, model: Model, layouts: Layouts): Promise<string> {
  const chart = chartOf(model)
  const base = `${(model.actor ?? 'chart').replaceAll(/[^\w.-]+/g, '-')}`
  if (kind === 'json' || kind === 'story') {
    const story = await storyOf(model, layouts)
    if (kind === 'json')
      return give(`${base}.json`, 'application/json', JSON.stringify(story.messages, null, 1))
    const [script, style] = await Promise.all(['page.js', 'page.css'].map(textOf))
    return give(`${base}.html`, 'text/html', await storyPage(story, { script: script!, style: style! }))
  }
  if (chart === null || model.layout === null) throw new Error('there is no chart to save')
  if (kind === 'mermaid') return give(`${base}.mmd`, 'text/plain', mermaidOf(chart))
  const { state, taken, allowed } = lightOf(model)
  const changes = changesShown(model)
  const svg = svgOf(model.layout.chart, model.layout.layout, {
    ...(changes === undefined ? {} : { changes }),
    active: activeIn(chart, state?.value),
    allowed,
    ...(taken === undefined ? {} : { last: taken }),
    theme: model.theme,
  })
  return give(`${base}.svg`, 'image/svg+xml', svg)
}

/** All that a page needs to tell what an actor and those that belong to it have been through. */
async function storyOf(model: Model, layouts: Layouts): Promise<Story> {
  const source = sourceOf(model)!
  const actor = actorOf(model)!
  const isOwn = (id: string): boolean => id === actor.actor || id.startsWith(`${actor.actor}~`)
  const messages =
    source.answers === true
      ? await toldUntil({
          source: source.source,
          from: await firstRowOf(actor.actor),
          to: model.head,
          keeps: (message) => !('actor' in message) || isOwn(message.actor),
        })
      : keptOf(source)
  const own = messages
    .filter((message) => !('actor' in message) || isOwn(message.actor))
    .map((message) => inStory(model, message))
  const steps = own.filter(({ kind }) => kind === 'step')
  const dropped = new Set(steps.slice(0, Math.max(0, steps.length - mostRows)))
  const charts = own.filter((message) => message.kind === 'chart')
  const made = charts.map(async ({ chart, view }) => {
    const all = details.map(async (detail) => [detail, await layouts.layoutOf(view, { detail })] as const)
    return [chart, Object.fromEntries(await Promise.all(all)) as Story['layouts'][string]] as const
  })
  const lost: InspectionMessage[] =
    dropped.size === 0
      ? []
      : [
          {
            kind: 'lost',
            source: source.source,
            count: dropped.size,
            reason: 'a story keeps its newest rows',
          },
        ]
  return {
    title: source.answers ? calledOf(model, actor.actor) : actor.name,
    actor: actor.actor,
    messages: [...own.filter((message) => !dropped.has(message)), ...lost],
    layouts: Object.fromEntries(await Promise.all(made)),
  }
}

/** A message as a story tells it: by people's names, and with nobody behind it who could be asked for more. */
function inStory(model: Model, message: InspectionMessage): InspectionMessage {
  if (message.kind === 'source') {
    const { answers: _, ...rest } = message
    return rest
  }
  if (message.kind !== 'actor' || sourceOf(model)?.answers !== true) return message
  return { ...message, name: calledOf(model, message.actor, message.parent !== null) }
}

async function firstRowOf(actor: string): Promise<number> {
  const [row] = await ask<LogEntryView[]>('log', { actor, limit: 1 })
  return row?.sequence ?? 1
}

/** What was kept of a source, as messages again. */
function keptOf(source: NonNullable<ReturnType<typeof sourceOf>>): InspectionMessage[] {
  const { source: id, name, since, ended, charts, actors, steps } = source
  return [
    { kind: 'source', source: id, protocol: 1, name, at: since },
    ...[...charts].map(([chart, view]) => ({ kind: 'chart' as const, source: id, chart, view })),
    ...[...actors.values()].map(({ actor, chart, name: called, parent, since: at, state }) => ({
      kind: 'actor' as const,
      source: id,
      actor,
      chart,
      name: called,
      parent,
      at,
      ...(state === null ? {} : { state }),
    })),
    ...steps.map((step: InspectionStep) => ({ kind: 'step' as const, source: id, ...step })),
    ...(ended === null ? [] : [{ kind: 'ended' as const, source: id, at: ended }]),
  ]
}

async function textOf(name: string): Promise<string> {
  const response = await fetch(name)
  if (!response.ok) throw new Error('a saved page cannot be saved again as one; save its rows instead')
  return response.text()
}

function give(name: string, type: string, text: string): string {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  return name
}

/** The story that this page was saved with; undefined for one that a door serves. */
export function readSaved(): Story | undefined {
  const text = document.getElementById('story')?.textContent
  return text === undefined || text === null || text === '' ? undefined : (JSON.parse(text) as Story)
}

/** The layouts that were saved; a page from a file has no worker to make others. */
export function savedLayouts({ layouts, messages }: Story): Layouts {
  const made = new Map(
    messages.flatMap((message) =>
      message.kind === 'chart' ? [[message.view, layouts[message.chart]] as const] : [],
    ),
  )
  return {
    async layoutOf(chart, { collapsed = new Set<string>(), detail = 'full' } = {}) {
      const kept: Layout | undefined = collapsed.size === 0 ? made.get(chart)?.[detail] : undefined
      if (kept !== undefined) return kept
      return layoutChart(chart, {
        engine: { layout: () => Promise.reject(new Error('no engine')) },
        collapsed,
        detail,
      })
    },
  }
}
