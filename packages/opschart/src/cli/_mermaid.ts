import type { Arrow, LifecycleDefinition } from '@opschart/core'

/** The law as a Mermaid state diagram, for documents. Arrows that stay, or hold in every phase, stand in notes. */
export function mermaidOf(law: LifecycleDefinition): string {
  const lines = ['stateDiagram-v2', `  [*] --> ${idOf(law.initial)}`]
  for (const [name, phase] of Object.entries(law.phases)) {
    if (idOf(name) !== name) lines.push(`  state "${name}" as ${idOf(name)}`)
    const arrows = Object.entries(phase.on ?? {}).map(
      ([signal, arrow]) => [signal, typeof arrow === 'string' ? { to: arrow } : arrow] as const,
    )
    for (const [signal, arrow] of arrows) {
      if (arrow.to !== undefined && arrow.to !== '*')
        lines.push(`  ${idOf(name)} --> ${idOf(arrow.to)}: ${labelOf(signal, arrow)}`)
    }
    for (const to of phase.moves ?? []) lines.push(`  ${idOf(name)} --> ${idOf(to)}: opschart move`)
    const staying = arrows
      .filter(([, arrow]) => arrow.to === undefined)
      .map(([signal, arrow]) => labelOf(signal, arrow))
    const notes = [
      ...((phase.allow ?? []).length === 0 ? [] : [`agents: ${phase.allow!.join(', ')}`]),
      ...staying,
    ]
    if (notes.length > 0)
      lines.push(`  note right of ${idOf(name)}`, ...notes.map((note) => `    ${note}`), '  end note')
    if (arrows.length === 0 && (phase.moves ?? []).length === 0) lines.push(`  ${idOf(name)} --> [*]`)
  }
  return lines.join('\n')
}

/** `CODE_MERGED [review_approved] / post_merge`: signal, gates, and the workflow that it starts. */
function labelOf(signal: string, arrow: Arrow): string {
  const gates = arrow.gate === undefined ? '' : ` [${[arrow.gate].flat().join(', ')}]`
  return `${signal}${gates}${arrow.starts === undefined ? '' : ` / ${arrow.starts}`}`
}

/** A phase's name as Mermaid takes it. */
function idOf(phase: string): string {
  return phase.replace(/[^A-Za-z0-9_]/g, '_')
}
