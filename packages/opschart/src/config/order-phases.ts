/** The chart's order: the default phases as they are, each new one after the phase that stands before it in the user's table. */
export function orderPhases(defaults: readonly string[], table: readonly string[]): string[] {
  const ordered = [...defaults]
  table.forEach((name, index) => {
    if (ordered.includes(name)) return
    const before = table[index - 1]
    ordered.splice(before === undefined ? 0 : ordered.indexOf(before) + 1, 0, name)
  })
  return ordered
}
