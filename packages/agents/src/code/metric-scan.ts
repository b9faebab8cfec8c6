import { compare } from '../project/project-files.ts'
import { membersOf, type SourceFile } from './source-files.ts'

/** A metric that a service exposes, read from its code. */
export interface Metric {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram' | 'summary'
  /** Sorted. */
  readonly labels: readonly string[]
  readonly file: string
}

const kinds: Record<string, Metric['kind']> = {
  Counter: 'counter',
  Gauge: 'gauge',
  Histogram: 'histogram',
  Summary: 'summary',
}
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/

/** Finds metrics that are registered as in prom-client, and those written out in the text format. Sorted by name. */
export function scanMetrics(sources: readonly SourceFile[]): Metric[] {
  const metrics = new Map<string, Metric>()
  for (const source of sources) {
    for (const metric of [...registered(source), ...written(source)]) {
      const known = metrics.get(metric.name)
      const labels = [...new Set([...(known?.labels ?? []), ...metric.labels])].toSorted(compare)
      metrics.set(metric.name, { ...(known ?? metric), labels })
    }
  }
  return [...metrics.values()].toSorted((a, b) => compare(a.name, b.name))
}

function* registered(source: SourceFile): Generator<Metric> {
  const { tokens } = source
  for (let at = 1; at < tokens.length; at++) {
    const kind = Object.hasOwn(kinds, tokens[at]?.text ?? '') ? kinds[tokens[at]?.text as string] : undefined
    const before = tokens[at - 1]?.text
    if (kind === undefined || (before !== 'new' && before !== '.')) continue
    let open = at + 1
    if (tokens[open]?.text === '<')
      while (open < at + 20 && tokens[open] && tokens[open]?.text !== '(') open++
    if (tokens[open]?.text !== '(' || tokens[open + 1]?.text !== '{') continue
    const members = membersOf(source, open + 1)
    const name = tokens[members.get('name')?.[0] ?? -1]
    if (name?.kind !== 'string' || !metricName.test(name.text)) continue
    const labels = members.get('labelNames')
    const found = labels === undefined ? [] : tokens.slice(labels[0], labels[1])
    yield {
      name: name.text,
      kind,
      labels: found
        .filter((token) => token.kind === 'string' && labelName.test(token.text))
        .map((token) => token.text),
      file: source.path,
    }
  }
}

function* written(source: SourceFile): Generator<Metric> {
  for (const found of source.text.matchAll(
    /# TYPE ([a-zA-Z_:][\w:]{0,199}) (counter|gauge|histogram|summary)\b/g,
  )) {
    const name = found[1] as string
    const labels = new Set<string>()
    const suffix = found[2] === 'histogram' ? '_bucket' : ''
    for (
      let at = source.text.indexOf(`${name}${suffix}{`);
      at >= 0;
      at = source.text.indexOf(`${name}${suffix}{`, at + 1)
    ) {
      const inside = source.text.slice(at + name.length + suffix.length + 1, at + name.length + 400)
      for (const label of inside.slice(0, closing(inside)).matchAll(/(?:^|,)\s{0,4}([a-zA-Z_]\w{0,99})=/g)) {
        labels.add(label[1] as string)
      }
    }
    yield { name, kind: found[2] as Metric['kind'], labels: [...labels], file: source.path }
  }
}

/** Where a label set ends: the first `}` that closes no `${`. */
function closing(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}') {
      if (depth === 0) return at
      depth--
    }
  }
  return text.length
}
