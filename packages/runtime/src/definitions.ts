import { canonicalJson, OpschartError, type Crypto, type FeedbackLoop, type Lifecycle } from '@opschart/core'

/** Hashes of what decides, by decider: a row is replayed by the definition that it was decided under [D6]. */
export function definitionHashes(
  crypto: Crypto,
  lifecycle: Lifecycle,
  loops: readonly FeedbackLoop[],
): (decider: string) => string {
  const { definition, workflows } = lifecycle
  const known = new Map<string, string>([
    ['lifecycle', crypto.sha256(canonicalJson({ definition, workflows }))],
  ])
  for (const [name, workflow] of Object.entries(workflows)) {
    known.set(`workflow:${name}`, crypto.sha256(canonicalJson({ name, workflow })))
  }
  for (const loop of loops) known.set(`rule:${loop.name}`, crypto.sha256(canonicalJson(loop)))
  return (decider) => {
    if (decider === 'none' || decider === 'system') return decider
    return known.get(decider) ?? `unknown:${decider}`
  }
}

/** Refuses what cannot work together before anything is started. */
export function checkLoops(loops: readonly FeedbackLoop[]): void {
  const names = new Set<string>()
  for (const { name, threshold, clear } of loops) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
      throw new OpschartError(
        'configuration',
        `feedback loop ${JSON.stringify(name)}: a name is letters, digits, _ and -`,
      )
    }
    if (names.has(name)) throw new OpschartError('configuration', `two feedback loops are called ${name}`)
    if (clear > threshold) {
      throw new OpschartError(
        'configuration',
        `feedback loop ${name}: it clears at ${clear}, above its threshold ${threshold}`,
      )
    }
    names.add(name)
  }
}
