// Properties:
//   - The JSON Schema that the package carries is the one that its zod schema gives.
//   - Every section is described, for editors to show.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { operationalJsonSchema } from '../../src/config/json-schema.ts'

const file = path.join(import.meta.dirname, '..', '..', 'schema', 'operational.schema.json')

it('is the schema that the package carries (write-schema.ts writes it anew)', () => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(operationalJsonSchema())
})

it('describes every section', () => {
  const { properties } = operationalJsonSchema() as { properties: Record<string, { description?: string }> }
  expect(Object.keys(properties)).toEqual([
    'services',
    'states',
    'triggers',
    'workflows',
    'feedback_loops',
    'ambient',
    'autonomy',
    'four_eyes',
    'notify',
    'inbox',
    'agents',
    'limits',
  ])
  const undescribed = Object.entries(properties).filter(([, { description }]) => description === undefined)
  expect(undescribed).toEqual([])
})
