import { cleanText } from '../project/plain-text.ts'

/** Longest message that is looked at, in characters; the rest says nothing that groups errors better. */
export const maxMessage = 500

// Each pattern has bounded repeats and no nesting, so that a hostile message costs no more than a long one. The order
// matters: what is quoted goes first, plain numbers last.
const masks: readonly (readonly [RegExp, string])[] = [
  [/"[^"]{0,200}"|(?<!\w)'[^']{0,200}'(?!\w)|`[^`]{0,200}`/g, '<text>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g, '<address>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '<host>'],
  [/\b0x[0-9a-f]{1,64}\b/gi, '<id>'],
  [/\b(?=[a-f]{0,63}\d)[0-9a-f]{8,64}\b/gi, '<id>'],
  [/\d{1,40}(?:\.\d{1,40})?/g, '<n>'],
]

/**
 * A message without what differs from one occurrence to the next: quoted values, ids, addresses, numbers. Only its
 * first line counts. "order 17 of 'ada' not found" and "order 4 of 'bob' not found" give the same text.
 */
export function maskMessage(message: string): string {
  const first = firstLine(message)
  return masks
    .reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), first)
    .replace(/\s+/g, ' ')
    .trim()
}

/** The first line with anything in it, clean and bounded. */
export function firstLine(message: string): string {
  const text = cleanText(message.slice(0, maxMessage * 4)).trimStart()
  const end = text.indexOf('\n')
  return (end < 0 ? text : text.slice(0, end)).slice(0, maxMessage).trimEnd()
}

/** Finds which messages are one message with different words in it. */
export interface TemplateMiner {
  /** The number of the template that a masked message belongs to; it may make the template more general. */
  add(masked: string): number
  /** A template's text: words that differ between its messages are `<*>`. */
  text(template: number): string
}

// Above this share of equal words two messages of equal length are one. Below it, the difference is the meaning.
const likeness = 0.6

// A log that invents messages must not make us compare each with all others.
const maxTemplates = 400

/**
 * Mines templates as the Drain algorithm does: by the number of words, then the first word, then the share of words at
 * equal places. It catches values that no mask knows ("user ada is locked", "user bob is locked"). Once there are
 * {@link maxTemplates} templates, the rest goes into the last one.
 */
export function templateMiner(): TemplateMiner {
  const templates: string[][] = []
  const buckets = new Map<string, number[]>()

  function bestOf(candidates: readonly number[], words: readonly string[]): number | undefined {
    let best: number | undefined
    let bestShare = 0
    for (const candidate of candidates) {
      const known = templates[candidate] ?? []
      const equal = words.filter((word, place) => word === known[place]).length
      const share = words.length === 0 ? 1 : equal / words.length
      if (share >= likeness && share > bestShare) [best, bestShare] = [candidate, share]
    }
    return best
  }

  return {
    add(masked) {
      const words = masked.split(' ').slice(0, 60)
      const key = `${words.length} ${words[0] ?? ''}`
      const bucket = buckets.get(key) ?? []
      const found = bestOf(bucket, words)
      if (found !== undefined) {
        templates[found] = (templates[found] ?? []).map((word, place) =>
          word === words[place] ? word : '<*>',
        )
        return found
      }
      if (templates.length >= maxTemplates) {
        templates[maxTemplates - 1] = ['<*>']
        return maxTemplates - 1
      }
      templates.push(words)
      buckets.set(key, [...bucket, templates.length - 1])
      return templates.length - 1
    },
    text: (template) => (templates[template] ?? []).join(' '),
  }
}
