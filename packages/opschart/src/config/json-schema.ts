import { z } from 'zod'

import { operationalSchema } from './operational-schema.ts'

/** The JSON Schema of `operational.yaml`, which editors complete and check it by. The package carries it as `schema/operational.schema.json`. */
export function operationalJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(operationalSchema, {
    io: 'input',
    target: 'draft-7',
  }) as Record<string, unknown>
  return { $schema, title: 'opschart: operational.yaml', ...rest }
}
