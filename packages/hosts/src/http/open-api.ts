import { z } from 'zod'

import { questionsOfInspector, questionsOfPeople, type PeopleQuestion } from './door.ts'
import { questionsOfPages } from './page-questions.ts'
import {
  actions,
  foreseeingReads,
  reads,
  type ActionName,
  type ForeseeingName,
  type ReadName,
} from './routes.ts'
import { controlHeader, errorCodes, personHeader, tokenHeader, version } from './wire.ts'

/** Which door is described: they answer the same questions, and ask for different proofs of who one is. */
export interface ApiOptions {
  /** The daemon's version. */
  readonly version: string
  /** Name of the cookie of a page's session, on the loopback; absent for the socket, which asks nobody for a token. */
  readonly cookie?: string | undefined
}

type Name =
  | ReadName
  | ForeseeingName
  | ActionName
  | PeopleQuestion
  | keyof typeof questionsOfInspector
  | keyof typeof questionsOfPages
  | 'daemon'
  | 'down'

/** What each question gives, or does, in one line. */
const summaries: Readonly<Record<Name, string>> = {
  actor: 'One actor, with the state of its machine',
  adopt: 'Says that a release is in a phase already',
  against:
    'The law as it is written beside another version, and what of the store does not fit it; beside the law that runs when none is named',
  answer: 'Answers a challenge with the code that a person typed',
  approve: 'Approves the plan of an operation that waits',
  audit: 'Checks the chain of the journal',
  cancel: 'Cancels an operation',
  claim: 'Makes the file by which a process shows that it is the one it says',
  control:
    'Turns control on in one browser: at the socket by a person’s confirmation, on the page by the secret',
  'control-off': 'Turns it off',
  daemon: 'What the daemon says of itself',
  digest: 'What has happened since a time',
  door: 'Where a page stands: whether it may act, until when, and as whom',
  down: 'Ends the daemon',
  inspect: 'Opens the door for pages, and what is asked for beside it, or says where they are open',
  log: 'Rows of the journal',
  move: 'Asks for another phase',
  open: 'Has a person asked, at their terminal, about one act',
  pause: 'Lets nothing be started for a target',
  promote: 'Changes what agents may do by themselves',
  read: 'One lifecycle, or null',
  past: 'What a lifecycle, a workflow run or an actor was after a row',
  record: 'How operations of a kind have ended so far',
  reject: 'Rejects an operation that waits',
  resume: 'Ends a pause',
  send: 'Sends a signal',
  start: 'Starts an actor of a machine',
  status: 'All there is, at a glance, or what of it has changed since an answer',
  whatif: 'What would come of signals, from now or from any row; nothing comes of it',
  whomay: 'Who may send which signal to a lifecycle or an actor',
  why: 'The rows that explain a lifecycle or an operation',
}

/** What only a process at the socket asks: it concerns processes and terminals of this machine. */
export const questionsOfSocket: readonly string[] = [...Object.keys(questionsOfPeople), 'inspect', 'down']

/** The description of a door, as OpenAPI 3.1: made of the schemas that check the questions. */
export function describeApi(options: ApiOptions): object {
  const isLoopback = options.cookie !== undefined
  const schemas: Record<string, unknown> = { Error: errorSchema }
  const bodies: Readonly<Record<string, z.ZodType<unknown>>> = {
    ...bodiesOf(reads),
    ...(options.cookie === undefined ? {} : bodiesOf(foreseeingReads)),
    ...bodiesOf(actions),
    ...questionsOfPeople,
    ...(isLoopback ? questionsOfPages : questionsOfInspector),
    daemon: z.strictObject({}),
    down: z.strictObject({}),
  }
  const names = Object.keys(bodies).filter((name) => !isLoopback || !questionsOfSocket.includes(name))
  const questions = names.map((name) => [
    `${version}/${name}`,
    {
      post: {
        operationId: name,
        summary: summaries[name as Name],
        parameters: isLoopback ? pageHeadersOf(name) : headersOf(name),
        requestBody: json(schemaOf(name, bodies[name]!, schemas)),
        responses: responses(json({ type: 'object', required: ['answer'], properties: { answer: {} } })),
      },
    },
  ])
  return {
    openapi: '3.1.0',
    info: { title: 'opschart daemon', version: options.version },
    paths: {
      ...Object.fromEntries(questions),
      [`${version}/rows`]: { get: rows },
      [`${version}/openapi.json`]: {
        get: {
          operationId: 'openapi',
          summary: 'This description',
          responses: responses(json({ type: 'object' })),
        },
      },
      ...(isLoopback
        ? { [`${version}/inspection`]: { get: inspection }, [`${version}/session`]: { post: session } }
        : {}),
    },
    components: {
      schemas,
      ...(isLoopback
        ? {
            securitySchemes: {
              token: { type: 'http', scheme: 'bearer' },
              session: { type: 'apiKey', in: 'cookie', name: options.cookie },
            },
          }
        : {}),
    },
    ...(isLoopback ? { security: [{ token: [] }, { session: [] }] } : {}),
  }
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { enum: [...errorCodes, 'internal'] }, message: { type: 'string' } },
    },
  },
}

const proofHeaders = [
  {
    name: tokenHeader,
    in: 'header',
    description: 'The token of the operation that acts',
    schema: { type: 'string', maxLength: 300 },
  },
  {
    name: personHeader,
    in: 'header',
    description: 'A person’s confirmation of exactly this act',
    schema: { type: 'string', maxLength: 300 },
  },
]

function headersOf(name: string): readonly object[] {
  if (Object.hasOwn(actions, name)) return proofHeaders
  return name === 'control' ? proofHeaders.slice(1) : []
}

/** What a page shows that was given control; the cookie that belongs to it is the browser's to send. */
function pageHeadersOf(name: string): readonly object[] {
  if (!Object.hasOwn(actions, name) && name !== 'door') return []
  const description = 'The key of a page that was given control'
  return [{ name: controlHeader, in: 'header', description, schema: { type: 'string', maxLength: 100 } }]
}

const place = { type: 'integer', minimum: 0 }

const streamParameters = [
  { name: 'from', in: 'query', description: 'Sequence number of the first row', schema: place },
  {
    name: 'last-event-id',
    in: 'header',
    description: 'Id of the last event that was read; comes before `from`',
    schema: { type: 'string', pattern: '^[0-9]{1,15}(-[0-9a-f]{16})?$' },
  },
]

const stream = responses({ content: { 'text/event-stream': { schema: { type: 'string' } } } })

const rows = {
  operationId: 'rows',
  summary: 'Rows of the journal as they are written, each an event under its sequence number',
  parameters: streamParameters,
  responses: stream,
}

const inspection = {
  operationId: 'inspection',
  summary:
    'What an inspector is told: charts, actors, and the steps of the journal, each of these an event under its sequence number and the beginning of its hash',
  parameters: streamParameters,
  responses: stream,
}

const session = {
  operationId: 'session',
  summary: 'Exchanges the token for the cookie of a session, which ends with the daemon',
  security: [{ token: [] }],
  responses: {
    ...responses({
      ...json({ type: 'object', required: ['answer'], properties: { answer: { type: 'null' } } }),
      headers: { 'set-cookie': { schema: { type: 'string' } } },
    }),
  },
}

function responses(answered: object): object {
  const refused = json({ $ref: '#/components/schemas/Error' })
  return {
    200: { description: 'The answer', ...answered },
    400: { description: 'What was asked does not fit', ...refused },
    403: { description: 'Who asked may not', ...refused },
    default: { description: 'What went wrong', ...refused },
  }
}

function json(schema: unknown): object {
  return { content: { 'application/json': { schema } } }
}

function bodiesOf(table: Readonly<Record<string, { readonly body: z.ZodType<unknown> }>>) {
  return Object.fromEntries(Object.entries(table).map(([name, { body }]) => [name, body]))
}

/** A body's schema; what it defines for itself moves to the components, where references from anywhere find it. */
function schemaOf(name: string, body: z.ZodType<unknown>, schemas: Record<string, unknown>): unknown {
  const text = JSON.stringify(z.toJSONSchema(body, { io: 'input' }))
  const {
    $schema: _dialect,
    $defs,
    ...schema
  } = JSON.parse(text.replaceAll('"#/$defs/', `"#/components/schemas/${name}.`)) as {
    $schema: unknown
    $defs?: Record<string, unknown>
  }
  for (const [key, definition] of Object.entries($defs ?? {})) schemas[`${name}.${key}`] = definition
  return schema
}
