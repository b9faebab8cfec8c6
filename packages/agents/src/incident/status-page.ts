import { placeSection, statusSection, type StatusIncident, type StatusState } from './status-history.ts'

const headlines: Record<StatusState, string> = {
  operational: 'All systems operational',
  investigating: 'We are looking into an incident',
  unconfirmed: 'An incident was answered; its end is not confirmed yet',
  degraded: 'Service is degraded',
}

const labels: Record<StatusState, string> = {
  operational: 'Resolved',
  investigating: 'Investigating',
  unconfirmed: 'Monitoring',
  degraded: 'Ongoing',
}

/** A status page with the present state and the history of incidents. `present` is the page as it is; empty for a new one. */
export function statusPage(
  present: string,
  page: {
    readonly service: string
    readonly state: StatusState
    readonly updated: number
    readonly history: readonly StatusIncident[]
  },
): string {
  const section = statusSection(visibleSection(page), page.history)
  return placeSection(present.trim() === '' ? shell(page.service) : present, section)
}

/** Text as HTML: nothing in it is markup, in text or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
}

function shell(service: string): string {
  // No script of ours runs; the policy keeps any other from running, and anything from being loaded.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(service)} status</title>
<style>:root { color-scheme: light dark } body { margin: 0; background: light-dark(#f6f7f9, #101318) }</style>
</head>
<body>
</body>
</html>
`
}

function visibleSection(page: {
  readonly service: string
  readonly state: StatusState
  readonly updated: number
  readonly history: readonly StatusIncident[]
}): string {
  const items = page.history.map(incidentHtml).join('\n')
  return `<style>${style}</style>
<section class="opschart-status" aria-label="Service status">
<header>
<p class="os-service">${escapeHtml(page.service)}</p>
<h1 class="os-state os-${page.state}"><span class="os-dot" aria-hidden="true"></span>${headlines[page.state]}</h1>
<p class="os-updated">Updated ${timeHtml(page.updated)}</p>
</header>
<h2>Incidents</h2>
${items === '' ? '<p class="os-none">No incidents so far.</p>' : items}
</section>`
}

function incidentHtml(incident: StatusIncident): string {
  const updates = incident.updates
    .toReversed()
    .map((update) => `<li>${timeHtml(update.time)}<span>${escapeHtml(update.text)}</span></li>`)
    .join('\n')
  const until = incident.ended === null ? 'ongoing' : timeHtml(incident.ended)
  const lasted = incident.ended === null ? '' : ` · ${duration(incident.ended - incident.began)}`
  return `<article class="os-incident">
<h3>${escapeHtml(incident.title)} <span class="os-label os-${incident.state}">${labels[incident.state]}</span></h3>
<p class="os-span">${timeHtml(incident.began)} to ${until}${lasted}</p>
<ol>
${updates}
</ol>
</article>`
}

function timeHtml(time: number): string {
  const text = isoTime(time)
  return `<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`
}

/** A time as ISO 8601 in UTC, without fractions of a second. */
export function isoTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** A span of time for people: `45 s`, `12 min`, `3 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const style = `
.opschart-status { --os-ink: light-dark(#1b2330, #e8ebf0); --os-soft: light-dark(#5b6675, #9aa5b4); --os-card: light-dark(#fff, #191e26); --os-line: light-dark(#dfe3e9, #2b323d); --os-good: light-dark(#16794a, #4cc38a); --os-warn: light-dark(#96600a, #f0b455); --os-bad: light-dark(#b3261e, #ff8a80); color-scheme: light dark; box-sizing: border-box; max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem; color: var(--os-ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere }
.opschart-status header { padding: 1.5rem; background: var(--os-card); border: 1px solid var(--os-line); border-radius: 14px }
.opschart-status .os-service { margin: 0; color: var(--os-soft); font-size: .9rem; letter-spacing: .02em }
.opschart-status h1 { display: flex; align-items: center; gap: .65rem; margin: .35rem 0; font-size: 1.55rem; line-height: 1.25 }
.opschart-status .os-dot { flex: none; width: .8rem; height: .8rem; border-radius: 50%; background: currentColor }
.opschart-status .os-operational { color: var(--os-good) }
.opschart-status .os-investigating, .opschart-status .os-unconfirmed { color: var(--os-warn) }
.opschart-status .os-degraded { color: var(--os-bad) }
.opschart-status .os-updated, .opschart-status .os-span, .opschart-status .os-none { margin: 0; color: var(--os-soft); font-size: .9rem }
.opschart-status h2 { margin: 2.25rem 0 .75rem; font-size: 1.1rem }
.opschart-status .os-incident { margin: 0 0 1rem; padding: 1.1rem 1.5rem; background: var(--os-card); border: 1px solid var(--os-line); border-radius: 14px }
.opschart-status h3 { margin: 0 0 .2rem; font-size: 1.02rem }
.opschart-status .os-label { margin-left: .35rem; padding: .05rem .5rem; border: 1px solid currentColor; border-radius: 99px; font-size: .75rem; font-weight: 500; white-space: nowrap }
.opschart-status ol { margin: .8rem 0 0; padding: 0; list-style: none }
.opschart-status li { display: grid; grid-template-columns: 10.5rem 1fr; gap: .25rem 1rem; padding: .4rem 0; border-top: 1px solid var(--os-line); font-size: .93rem }
.opschart-status li time { color: var(--os-soft); font-variant-numeric: tabular-nums }
@media (max-width: 34rem) { .opschart-status li { grid-template-columns: 1fr } }
`
