import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml'

import type { Place } from './code-frame.ts'
import type { Finding } from './problem.ts'
import { nodePlace, type YamlText } from './read-yaml.ts'

/**
 * Where a finding stands in a YAML text: at the key or value of its path, else at the nearest thing above it that
 * exists. In a list, a name stands for the item that is this text.
 */
export function locateInYaml({ path, at }: Finding, yaml: YamlText & { document: Document }): Place {
  const { document, text, placeOf } = yaml
  let node: unknown = document.contents
  let shown: unknown = path.length === 0 && isMap(node) ? (node.items[0]?.key ?? node) : node
  for (const [depth, part] of path.entries()) {
    const isLast = depth === path.length - 1
    const resolved: unknown = isAlias(node) ? node.resolve(document) : node
    if (isMap(resolved)) {
      const pair = (resolved.items as Pair[]).find(({ key }) => isScalar(key) && key.value === String(part))
      if (pair === undefined) return nodePlace(shown, placeOf, text)
      // A value that begins on a line of its own is found quicker by its key.
      shown = (isLast && at === 'key') || !isLast || isEmpty(pair.value) ? pair.key : pair.value
      node = pair.value
    } else if (isSeq(resolved)) {
      const item =
        typeof part === 'number'
          ? resolved.items[part]
          : resolved.items.find((each) => isScalar(each) && each.value === part)
      if (item === undefined) return nodePlace(shown, placeOf, text)
      shown = item
      node = item
    } else return nodePlace(shown, placeOf, text)
  }
  return nodePlace(shown, placeOf, text)
}

const isEmpty = (node: unknown) => {
  const range = (node as Node | null)?.range
  return range === null || range === undefined || range[0] === range[1]
}
