/** Whether a machine's version is later than another. Only versions made of numbers (`3`, `v1.10.2`) have an order. */
export function isNewer(version: string | undefined, than: string | undefined): boolean {
  const [one, other] = [numbersOf(version), numbersOf(than)]
  if (one === undefined || other === undefined) return false
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

function numbersOf(version: string | undefined): number[] | undefined {
  return version !== undefined && /^v?\d+(\.\d+)*$/.test(version)
    ? version.replace('v', '').split('.').map(Number)
    : undefined
}
