import type { Does } from './does.ts'
import { ExportMenu } from './export-menu.tsx'
import { Icon } from './icons.tsx'
import { Jump } from './jump.tsx'
import type { Connection, Model } from './model.ts'
import { Needing } from './needing.tsx'
import { Outage } from './outage.tsx'
import { keepTheme } from './theme.ts'

const connections: Readonly<Record<Connection, string>> = {
  connecting: 'connecting',
  live: 'live',
  broken: 'not connected',
  refused: 'not let in',
  saved: 'saved',
}

const themes = { auto: 'light', light: 'dark', dark: 'auto' } as const
const themeIcons = { auto: 'half', light: 'sun', dark: 'moon' } as const

/** What this is, how it stands, and what can be done with all of it. */
export function TopBar({ model, does }: { model: Model; does: Does }) {
  const { connection, door, theme, problem } = model
  return (
    <header class="top">
      <h1>
        <span class="mark" aria-hidden="true" />
        opschart <span class="project">{door?.name ?? (connection === 'saved' ? document.title : '')}</span>
      </h1>
      <span class={`connection ${connection}`} title={problem ?? ''}>
        {connections[connection]}
      </span>
      <Lost model={model} />
      <Needing model={model} does={does} />
      <Jump model={model} does={does} />
      {door?.control === true && <span class="control">{`you act as ${door.person}`}</span>}
      <ExportMenu model={model} does={does} />
      <button
        type="button"
        title={`Colours: ${theme === 'auto' ? 'as the system has them' : theme}`}
        aria-label={`Colours: ${theme}`}
        onClick={() => {
          keepTheme(themes[theme])
          does.change({ theme: themes[theme] })
        }}
      >
        <Icon name={themeIcons[theme]} />
      </button>
      <Outage model={model} />
    </header>
  )
}

/** What could not be kept up with. */
function Lost({ model }: { model: Model }) {
  const lost = [...model.inspected.values()].reduce((sum, source) => sum + source.lost, 0)
  return lost === 0 ? null : (
    <span class="lost" title="Messages that came faster than they could be taken, or were not understood">
      {`${lost.toLocaleString()} lost`}
    </span>
  )
}
