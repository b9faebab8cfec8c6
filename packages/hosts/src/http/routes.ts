import {
  canonicalJson,
  didYouMean,
  isPrincipal,
  mostSupposed,
  OpschartError,
  signalDraftSchema,
  type Client,
  type ForeseeingClient,
  type Json,
  type Sender,
  type Supposition,
} from '@opschart/core'
import { z } from 'zod'

import { withoutSecrets } from './without-secrets.ts'

const text = (longest: number) => z.string().min(1).max(longest)
const to = text(300)
const sequence = z.number().int().nonnegative()
const autonomies = ['observe', 'ask', 'act'] as const

/** One question that anyone on the socket may ask. */
interface Read<Body> {
  readonly body: z.ZodType<Body>
  ask(client: Client, body: Body): Promise<unknown>
}

/** One thing that a sender can do. */
interface Action<Body> {
  readonly body: z.ZodType<Body>
  /** Whether a person needs a challenge for it alone; otherwise one of the last five minutes counts. */
  readonly own: boolean
  /** Whether who is no person and shows no token may do it, as the inbox. */
  readonly open?: true
  act(sender: Sender, body: Body): Promise<unknown>
  /** What a person is shown before they say yes. */
  shown(body: Body, client: Client): Promise<string[]> | string[]
}

/** One question that only the process that decides can answer. */
interface ForeseeingRead<Body> {
  readonly body: z.ZodType<Body>
  ask(client: ForeseeingClient, body: Body): Promise<unknown>
}

/** Keeps a row's types together, and forgets them for the table. */
const read = <Body>(row: Read<Body>) => row as unknown as Read<unknown>
const foreseeing = <Body>(row: ForeseeingRead<Body>) => row as unknown as ForeseeingRead<unknown>
const action = <Body>(row: Action<Body>) => row as unknown as Action<unknown>

/** Signals that a command sends, by what a person is asked before: sent as they are, they would go past that question. */
const signalsOfCommands: Readonly<Record<string, string>> = {
  ADOPTED: 'adopt',
  MOVE_REQUESTED: 'move',
  OPERATION_APPROVED: 'approve',
  OPERATION_CANCELLED: 'reject',
  OPERATION_REJECTED: 'reject',
}

/**
 * Who a draft is from comes from the channel, and so does its source: a source of another's would make that other's real
 * signal a duplicate. What caused it is for the runtime to find out.
 */
const draftBody = z
  .strictObject({
    // What a type looks like depends on whom it is for: the law's are UPPER_SNAKE, a machine's are its own.
    type: text(200).regex(
      /^(?!xstate\.)\P{Cc}+$/u,
      'a type is UPPER_SNAKE, such as CODE_MERGED, or the name of a machine’s event; nothing that begins with xstate. comes from outside',
    ),
    ...signalDraftSchema.omit({ source: true, cause: true, type: true }).shape,
  })
  .superRefine(({ type }, context) => {
    if (!Object.hasOwn(signalsOfCommands, type)) return
    context.addIssue(`${type} is not sent by itself: use \`opschart ${signalsOfCommands[type]}\``)
  })

/** What a socket's client may ask: the reading half of {@link Client}. */
export const reads = {
  status: read({
    body: z.strictObject({ since: text(100).exactOptional() }),
    ask: (client, body) => client.status(body),
  }),
  read: read({ body: z.strictObject({ lifecycle: to }), ask: (client, body) => client.read(body.lifecycle) }),
  log: read({
    body: z.strictObject({
      from: sequence.exactOptional(),
      to: sequence.exactOptional(),
      actor: text(300).exactOptional(),
      limit: z.number().int().positive().max(1000).exactOptional(),
      backwards: z.boolean().exactOptional(),
    }),
    ask: (client, body) => client.log(body),
  }),
  actor: read({
    body: z.strictObject({ id: text(300) }),
    ask: async (client, { id }) => withoutSecrets(await client.actor(id)),
  }),
  past: read({
    body: z.strictObject({ actor: text(300), sequence: sequence.exactOptional() }),
    ask: async (client, body) => withoutSecrets(await client.past(body)),
  }),
  why: read({ body: z.strictObject({ about: text(300) }), ask: (client, body) => client.why(body.about) }),
  audit: read({
    body: z.strictObject({ head: z.strictObject({ sequence, hash: text(128) }).exactOptional() }),
    ask: (client, body) => client.audit(body),
  }),
  digest: read({
    body: z.strictObject({ since: z.number().nonnegative() }),
    ask: (client, body) => client.digest(body),
  }),
  record: read({
    body: z.strictObject({ target: text(200) }),
    ask: (client, body) => client.record(body.target),
  }),
} satisfies Record<Exclude<keyof Client, 'as' | 'withToken' | 'subscribe'>, Read<unknown>>

const supposed = z.strictObject({
  by: text(120).refine(
    isPrincipal,
    'a principal is person:<name>, agent:<name>, watcher:<name> and the like',
  ),
  type: text(200),
  data: signalDraftSchema.shape.data,
  to: to.exactOptional(),
})

/** What is asked beforehand, of the process that decides: at the door for pages. */
export const foreseeingReads = {
  whatif: foreseeing({
    body: z.strictObject({
      actor: text(300),
      sequence: sequence.exactOptional(),
      signals: z.array(supposed).max(mostSupposed),
    }),
    ask: async (client, body) => (await client.whatIf(body as Supposition)) ?? null,
  }),
  whomay: foreseeing({
    body: z.strictObject({ actor: text(300), sequence: sequence.exactOptional() }),
    ask: async (client, body) => (await client.whoMay(body)) ?? null,
  }),
}

/** What a socket's client may do: {@link Sender}, row by row. */
export const actions = {
  send: action({
    body: z.strictObject({ to, draft: draftBody }),
    own: false,
    open: true,
    act: (sender, { to, draft }) => sender.send(to, draft as Parameters<Sender['send']>[1]),
    shown: async ({ to, draft }, client) => [
      `send ${draft.type} to ${to}`,
      ...(to.includes('/') ? await whetherNew(client, to) : []),
      ...dataLines(draft.data),
    ],
  }),
  start: action({
    body: z.strictObject({ to, input: z.json().exactOptional() }),
    own: false,
    act: (sender, { to, ...opening }) => sender.start(to, opening as { input?: Json }),
    shown: ({ to, input }) => [
      `start ${to}`,
      ...(input === undefined ? [] : [`input: ${canonicalJson(input)}`]),
    ],
  }),
  approve: action({
    body: z.strictObject({ operation: text(300), plan: text(128) }),
    own: true,
    act: (sender, body) => sender.approve(body),
    shown: async ({ operation, plan }, client) => {
      const found = await findOperation(client, operation)
      if (found === undefined) throw new OpschartError('input', `no operation ${operation} waits`)
      if (found.plan !== plan) {
        throw new OpschartError(
          'input',
          `the plan of ${operation} is ${found.plan}, not ${plan}: it has changed; look at it again`,
        )
      }
      return [
        `approve ${found.agent}.${found.task} for ${found.release}`,
        `plan ${plan.slice(0, 16)}, operation ${operation}`,
        ...dataLines(found.commands),
      ]
    },
  }),
  reject: action({
    body: z.strictObject({ operation: text(300), reason: text(1000) }),
    own: false,
    act: (sender, body) => sender.reject(body),
    shown: ({ operation, reason }) => [`reject operation ${operation}`, `because: ${reason}`],
  }),
  adopt: action({
    body: z.strictObject({
      to,
      phase: text(100),
      reason: text(1000),
      version: text(200).exactOptional(),
      commit: text(100).exactOptional(),
      branch: text(250).exactOptional(),
    }),
    own: true,
    act: (sender, body) => sender.adopt(body),
    shown: async (body, client) => [
      `adopt ${body.to} as being in ${body.phase}`,
      ...(await whetherNew(client, body.to)),
      `because: ${body.reason}`,
      ...dataLines(released(body)),
    ],
  }),
  move: action({
    body: z.strictObject({ to, phase: text(100) }),
    own: true,
    act: (sender, { to, phase }) => sender.move(to, phase),
    shown: ({ to, phase }) => [`move ${to} to ${phase}`],
  }),
  cancel: action({
    body: z.strictObject({ operation: text(300) }),
    own: false,
    act: (sender, { operation }) => sender.cancel(operation),
    shown: ({ operation }) => [`cancel operation ${operation}`],
  }),
  pause: action({
    body: z.strictObject({ target: text(200), reason: text(1000), now: z.boolean().exactOptional() }),
    own: false,
    act: (sender, body) => sender.pause(body),
    shown: ({ target, reason, now }) => [
      `pause ${target}${now === true ? ', and cancel what runs' : ''}`,
      `because: ${reason}`,
    ],
  }),
  resume: action({
    body: z.strictObject({ target: text(200) }),
    own: true,
    act: (sender, { target }) => sender.resume(target),
    shown: ({ target }) => [`resume ${target}`],
  }),
  promote: action({
    body: z.strictObject({ target: text(200), autonomy: z.enum(autonomies) }),
    own: true,
    act: (sender, body) => sender.promote(body),
    shown: ({ target, autonomy }) => [`let ${target === '*' ? 'every agent' : target} ${autonomy} by itself`],
  }),
} satisfies Record<keyof Sender, Action<unknown>>

/** Names of what can be asked. */
export type ReadName = keyof typeof reads
/** Names of what can be asked beforehand. */
export type ForeseeingName = keyof typeof foreseeingReads
/** Names of what can be done. */
export type ActionName = keyof typeof actions

/**
 * Checks a body against its row.
 *
 * @throws OpschartError `input`, naming the members that do not fit.
 */
export function checkBody(schema: z.ZodType<unknown>, body: unknown, what: string): unknown {
  const checked = schema.safeParse(body)
  if (checked.success) return checked.data
  const problems = checked.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.length === 0 ? '' : `${issue.path.join('.')}: `}${issue.message}`)
  throw new OpschartError('input', `${what}: ${problems.join('; ').slice(0, 1000)}`)
}

async function findOperation(client: Client, id: string) {
  const status = await client.status()
  for (const { lifecycles } of status.services) {
    for (const { name, operations } of lifecycles) {
      const operation = operations.find((candidate) => candidate.id === id)
      if (operation !== undefined) return { ...operation, release: name }
    }
  }
  return undefined
}

/** A slip of the pen in a release's name opens another one: that is said, with the one that was most likely meant. */
async function whetherNew(client: Client, name: string): Promise<string[]> {
  if ((await client.read(name)) !== undefined || (await client.actor(name)) !== undefined) return []
  const { services } = await client.status()
  const known = services.flatMap(({ lifecycles }) => lifecycles.map((lifecycle) => lifecycle.name))
  return [`${name} is not known yet: it is opened${didYouMean(name, known)}`]
}

function released(body: { version?: string; commit?: string; branch?: string }) {
  const { version, commit, branch } = body
  return { version, commit, branch }
}

/** One line for each member; the whole value is in the act that is confirmed. */
function dataLines(data: { readonly [key: string]: Json | undefined } | undefined): string[] {
  return Object.entries(data ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : canonicalJson(value)}`)
}
