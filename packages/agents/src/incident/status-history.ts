import { compare } from '../project/project-files.ts'
import { member, numberMember, textMember } from '../project/json-value.ts'
import { oneLine } from '../project/plain-text.ts'

/** How a service stands. */
export type StatusState = 'operational' | 'investigating' | 'unconfirmed' | 'degraded'

/** One incident as a status page shows it to the public: what was measured and done, nothing of the inside. */
export interface StatusIncident {
  readonly id: string
  readonly title: string
  readonly state: StatusState
  /** When it began, and ended; milliseconds since 1970, null while it lasts. */
  readonly began: number
  readonly ended: number | null
  readonly updates: readonly { readonly time: number; readonly text: string }[]
}

/** Most incidents that a page keeps; older ones leave it. */
export const maxIncidents = 50

const states: readonly StatusState[] = ['operational', 'investigating', 'unconfirmed', 'degraded']
const begin = '<!-- opschart:status begin -->'
const end = '<!-- opschart:status end -->'
const dataBegin = '<script type="application/json" class="opschart-status-data">'
const dataEnd = '</script>'

/** The incidents that our part of a page keeps, newest first; empty for a page without our part, or with a damaged one. */
export function readHistory(page: string): StatusIncident[] {
  const section = page.slice(Math.max(0, page.indexOf(begin)), Math.max(0, page.indexOf(end)))
  const from = section.indexOf(dataBegin)
  const to = section.indexOf(dataEnd, from)
  if (from < 0 || to < 0) return []
  try {
    const data: unknown = JSON.parse(section.slice(from + dataBegin.length, to))
    const incidents = member(data, 'incidents')
    return Array.isArray(incidents)
      ? incidents.slice(0, maxIncidents).flatMap((one) => readIncident(one) ?? [])
      : []
  } catch {
    return []
  }
}

/** The history with an incident put in: in place of what was there of the same incident, newest first. */
export function withIncident(history: readonly StatusIncident[], incident: StatusIncident): StatusIncident[] {
  const known = history.find((one) => one.id === incident.id)
  const updates = [...(known?.updates ?? []), ...incident.updates]
    .filter(
      (update, place, all) =>
        all.findIndex((other) => other.time === update.time && other.text === update.text) === place,
    )
    .toSorted((a, b) => a.time - b.time)
    .slice(-20)
  const merged = { ...incident, began: Math.min(known?.began ?? incident.began, incident.began), updates }
  return [merged, ...history.filter((one) => one.id !== incident.id)]
    .toSorted((a, b) => b.began - a.began || compare(a.id, b.id))
    .slice(0, maxIncidents)
}

/** Our part of a page: the visible section, with the data that the next run reads. */
export function statusSection(visible: string, history: readonly StatusIncident[]): string {
  // No `<` may stand in it: else a text could end the script, or look like our end mark.
  const data = JSON.stringify({ incidents: history }).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `${begin}\n${visible}\n${dataBegin}${data}${dataEnd}\n${end}`
}

/** Puts our part into a page: in place of the one there, else at the end of its body. The rest stays as it is. */
export function placeSection(page: string, section: string): string {
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from)
  if (from >= 0 && to >= 0) return page.slice(0, from) + section + page.slice(to + end.length)
  const body = page.toLowerCase().lastIndexOf('</body>')
  return body < 0 ? `${page}\n${section}\n` : `${page.slice(0, body)}${section}\n${page.slice(body)}`
}

function readIncident(value: unknown): StatusIncident | undefined {
  const [id, title, began] = [
    textMember(value, 'id'),
    textMember(value, 'title'),
    numberMember(value, 'began'),
  ]
  const state = states.find((one) => one === textMember(value, 'state'))
  if (id === undefined || title === undefined || began === undefined || state === undefined) return undefined
  const updates = member(value, 'updates')
  return {
    id: oneLine(id, 300),
    title: oneLine(title, 200),
    state,
    began: bounded(began),
    ended: numberMember(value, 'ended') === undefined ? null : bounded(numberMember(value, 'ended') ?? 0),
    updates: (Array.isArray(updates) ? updates.slice(0, 20) : []).map((update: unknown) => ({
      time: bounded(numberMember(update, 'time') ?? began),
      text: oneLine(textMember(update, 'text'), 400),
    })),
  }
}

function bounded(time: number): number {
  return Math.min(8.64e15, Math.max(0, Math.floor(time)))
}
