// Writes the JSON Schema that the package carries. Run it after a change to the configuration's schema, then format.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { operationalJsonSchema } from '../../src/config/json-schema.ts'

const file = path.join(import.meta.dirname, '..', '..', 'schema', 'operational.schema.json')
writeFileSync(file, `${JSON.stringify(operationalJsonSchema(), null, 2)}\n`)
