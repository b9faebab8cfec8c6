import { fitted, type Look } from './_look.ts'
import { padTo, visible, wrapTo } from './_text.ts'

/** One thing that `opschart doctor` looked at. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  /** What was found. */
  readonly found: string
  /** The way out, where something is wrong. */
  readonly remedy?: string
}

const signs = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'] } as const

/** The view of `opschart doctor`: each thing that was looked at, what was found, and the way out. */
export function renderChecks(checks: readonly Check[], look: Look): string[] {
  const { paint } = look
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  const lines = checks.flatMap(({ name, state, found, remedy }) => {
    const [sign, style] = signs[state]
    const room = look.columns === undefined ? 4_000 : Math.max(20, look.columns - width - 4)
    const texts = [
      ...wrapTo(visible(found, 1_000), room),
      ...(remedy === undefined ? [] : wrapTo(`→ ${visible(remedy, 1_000)}`, room)),
    ]
    return texts.map((text, index) => {
      const head = index === 0 ? `${paint(style, sign)} ${padTo(name, width)}  ` : ' '.repeat(width + 4)
      return head + (text.startsWith('→') ? paint('cyan', text) : text)
    })
  })
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length
  const summary = [`${count('ok')} ok`, `${count('warn')} to look at`, `${count('fail')} broken`].join(' · ')
  const worst = count('fail') > 0 ? 'red' : count('warn') > 0 ? 'yellow' : 'green'
  return fitted([...lines, '', paint(['bold', worst], summary)], look)
}
