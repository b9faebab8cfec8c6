import { parseSync, Visitor } from 'oxc-parser'

interface Expression {
  type: string
}

/**
 * Every module a source file names, in order: `import`, `export … from`, `import()` and `import('…')` in types.
 * An `import()` of a computed name says nothing that can be checked, and is left out.
 */
export function importSpecifiers(file: string, code: string): string[] {
  const { program, errors } = parseSync(file, code)
  const [fault] = errors
  if (fault) throw new Error(`${file} does not parse: ${fault.message}`)

  const found: string[] = []
  const add = (source: Expression | null | undefined) => {
    const name = source && literal(source)
    if (name !== undefined && name !== null) found.push(name)
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
  }).visit(program)
  return found
}

function literal(source: Expression): string | undefined {
  if ('value' in source && typeof source.value === 'string') return source.value
  if (!('quasis' in source)) return undefined
  const quasis = source.quasis as { value: { cooked: string | null } }[]
  return quasis.length === 1 ? (quasis[0]?.value.cooked ?? undefined) : undefined
}
