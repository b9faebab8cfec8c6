// Properties:
//   - What the docs say is what the code, the configuration and the migrations say; a second run changes nothing.
//   - People's text in the same files stays; text from logs and code cannot leave its place in the page.
//   - One kind of incident has one entry, however often it comes; one incident is listed once.

import { describe, expect, it } from 'vitest'

import { harness, noon, type Harness } from '../../test/task-harness.ts'
import { regenerateApiDocs } from './api-docs.ts'
import { updateDeploymentGuide } from './deployment-guide.ts'
import { openApiPath } from './openapi.ts'
import { commandLine } from './package-scripts.ts'
import { updateSchemaDocs } from './schema-docs.ts'
import { updateReadme } from './update-readme.ts'
import { updateRunbook } from './update-runbook.ts'

const app = `
  const app = express()
  /** Shows one user. Only to its owner. */
  app.get('/users/:id', (request, response) => {
    if (!found) return response.status(404).json({ error: 'none' })
    response.json({ id: 1, name: request.query.name })
  })
  app.post('/users', (request, response) => response.status(201).json({ id: request.body.email }))
  // A <script> | <!-- opschart:end api user-service --> \`in a comment\`
  app.get('/odd|path', handler)`

async function unchangedAgain(made: Harness, task: Parameters<Harness['run']>[0]) {
  const before = made.footprints.length
  const output = await made.run(task)
  expect((output['files'] as { status: string }[]).map(({ status }) => status)).toEqual(
    (output['files'] as unknown[]).map(() => 'unchanged'),
  )
  expect(made.footprints).toHaveLength(before)
}

describe('regenerate_api_docs', () => {
  it('writes OpenAPI 3.1 from the code', async () => {
    const made = await harness({ files: { 'src/app.ts': app } })
    expect(await made.run(regenerateApiDocs())).toMatchObject({
      routes: 3,
      files: [{ path: 'docs/user-service.openapi.json' }, { path: 'docs/api.md' }],
    })
    const document = JSON.parse(await made.read('docs/user-service.openapi.json')) as object
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'user-service', version: 'v2.3.1' },
      paths: {
        '/users': {
          post: {
            requestBody: { content: { 'application/json': { schema: { properties: { email: {} } } } } },
            responses: { '201': { description: 'Created' } },
          },
        },
        '/users/{id}': {
          get: {
            operationId: 'get_users_id',
            summary: 'Shows one user. Only to its owner.',
            parameters: [
              { name: 'id', in: 'path', required: true },
              { name: 'name', in: 'query', required: false },
            ],
            responses: {
              '200': { content: { 'application/json': { schema: { properties: { id: {}, name: {} } } } } },
              '404': { description: 'Not found' },
            },
          },
        },
      },
    })
    await unchangedAgain(made, regenerateApiDocs())
  })

  it('keeps text of the code inside the table that it belongs to', async () => {
    const made = await harness({ files: { 'src/app.ts': app, 'docs/api.md': '# Ours\n\nbefore\n' } })
    await made.run(regenerateApiDocs())
    const page = await made.read('docs/api.md')
    expect(page.startsWith('# Ours\n\nbefore\n')).toBe(true)
    expect(page).not.toContain('<script>')
    expect(page.match(/<!-- opschart:(begin|end) api user-service -->/g)).toHaveLength(2)
    expect(page).toContain('| GET | `/odd\\|path` |')
    await unchangedAgain(made, regenerateApiDocs())
  })

  it('says so when there is no route', async () => {
    expect(await (await harness()).run(regenerateApiDocs())).toMatchObject({
      routes: 0,
      files: [],
      reason: expect.any(String),
    })
  })

  it('names parameters as OpenAPI does', () => {
    expect(openApiPath('/a/:id(\\d+)/b/:id?/*')).toEqual({
      path: '/a/{id}/b/{id_2}/{wildcard}',
      parameters: ['id', 'id_2', 'wildcard'],
    })
    expect(openApiPath('/')).toEqual({ path: '/', parameters: [] })
  })
})

describe('update_readme and update_deployment_guide', () => {
  const options = {
    files: {
      'services/user/src/app.ts': app,
      'services/user/package.json': '{"scripts":{"start":"node src/app.ts","lint":"x","test":"node --test"}}',
      'services/user/README.md': '# User service\n\nWritten by hand.\n',
      'pnpm-lock.yaml': '',
      'migrations/001_a.up.sql': 'CREATE TABLE a (id int);',
    },
    service: {
      paths: ['services/user/'],
      deploy: ['./deploy', '{version}', '--note=two words'],
      rollback: ['./deploy', '{previous}'],
      health: 'http://127.0.0.1:3000/health',
      environments: ['staging', 'production'],
    },
  }

  it('put our section under what people wrote, from scripts, code and configuration', async () => {
    const made = await harness(options)
    expect(await made.run(updateReadme())).toMatchObject({
      files: [{ path: 'services/user/README.md', status: 'updated', note: expect.any(String) }],
    })
    const readme = await made.read('services/user/README.md')
    expect(readme.startsWith('# User service\n\nWritten by hand.\n')).toBe(true)
    for (const part of [
      'Live version: `v2.3.1`',
      '`pnpm run start` runs `node src/app.ts`',
      '| POST | `/users` |',
      "- deploy: `./deploy {version} '--note=two words'`",
    ]) {
      expect(readme).toContain(part)
    }
    await unchangedAgain(made, updateReadme())
  })

  it('write the very commands of this release', async () => {
    const made = await harness({
      ...options,
      release: { deployments: [{ lifecycle: 'a', version: 'v2.3.0', commit: 'b'.repeat(40), time: noon }] },
    })
    await made.run(updateDeploymentGuide())
    const guide = await made.read('docs/deployment.md')
    for (const part of [
      "./deploy v2.3.1 '--note=two words'\n",
      './deploy v2.3.0\n',
      'Without a way back: `migrations/001_a.up.sql`',
      '| `v2.3.0` | `bbbbbbbbbbbb` | 2026-01-01 12:00 |',
    ]) {
      expect(guide).toContain(part)
    }
    await unchangedAgain(made, updateDeploymentGuide())
  })

  it('say what is missing', async () => {
    const made = await harness({ release: { previous: null } })
    await made.run(updateDeploymentGuide())
    expect(await made.read('docs/deployment.md')).toMatch(
      /No `deploy` command[^]*no earlier release[^]*No `health` address/,
    )
    await made.run(updateReadme())
    expect(await made.read('README.md')).toContain('nothing is configured')
  })

  it('quote what a shell would read', () => {
    expect(commandLine(['./a', 'b c', "it's", '$(x)', '{version}'])).toBe(
      "./a 'b c' 'it'\\''s' '$(x)' {version}",
    )
  })
})

describe('update_runbook', () => {
  const triage = {
    onset: noon,
    groups: [
      {
        fingerprint: 'f1',
        title: 'TypeError',
        template: "Cannot read '<*>' of undefined <!-- opschart:end x -->",
        routes: [{ route: '/users/:id', count: 3 }],
      },
    ],
    cause: {
      kind: 'release',
      confidence: 0.9,
      commit: 'c'.repeat(40),
      summary: 'a changed line | in users.ts',
    },
  }
  const results = { triage, decide: { decision: 'rollback', reason: 'errors rose', to: 'v2.3.0' } }

  it('writes one entry per kind of incident, and lists each incident once', async () => {
    const made = await harness({
      incident: 'incident-1',
      files: { 'docs/runbook.md': '# Runbook\n\nCall the team.\n' },
      service: { health: 'http://127.0.0.1:3000/health' },
    })
    expect(await made.run(updateRunbook(), { results })).toMatchObject({
      seen: 1,
      files: [{ status: 'updated' }],
    })
    const first = await made.read('docs/runbook.md')
    expect(first).toContain('a changed line \\| in users.ts (release, confidence 90 %)')
    expect(first).toContain('The earlier release `v2.3.0` was asked for: errors rose')
    expect(first).toContain('- incident-1 (2026-01-01 12:00 UTC, release `v2.3.1`)')
    expect(await made.run(updateRunbook(), { results })).toMatchObject({
      seen: 1,
      files: [{ status: 'unchanged' }],
    })

    const again = { ...made.input, incident: 'incident-2', results }
    await updateRunbook().run(again, made.context)
    const other = {
      ...results,
      triage: { ...triage, groups: [{ ...triage.groups[0], fingerprint: 'f2', title: 'Timeout' }] },
    }
    await updateRunbook().run({ ...again, incident: 'incident-3', results: other }, made.context)
    const page = await made.read('docs/runbook.md')
    expect(page.startsWith('# Runbook\n\nCall the team.\n')).toBe(true)
    expect(page.match(/^## /gm)).toHaveLength(2)
    expect(page.match(/^- incident-\d/gm)).toEqual(['- incident-1', '- incident-2', '- incident-3'])
  })

  it('makes an entry where triage gave nothing', async () => {
    const made = await harness({ signal: { type: 'INCIDENT_DECLARED' } })
    expect(await made.run(updateRunbook())).toMatchObject({ seen: 1 })
    expect(await made.read('docs/runbook.md')).toMatch(
      /INCIDENT\\_DECLARED[^]*Not known\.[^]*Nothing was decided/,
    )
  })
})

describe('update_schema_docs', () => {
  it('shows tables, columns, indexes and what each migration changed', async () => {
    const made = await harness({
      files: {
        'migrations/001_users.up.sql':
          "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL DEFAULT 'a|b' UNIQUE, CHECK (email <> ''));",
        'migrations/001_users.down.sql': 'DROP TABLE users;',
        'migrations/002_posts.up.sql':
          'CREATE TABLE posts (id int, author int REFERENCES users (id)); CREATE INDEX by_author ON posts (author);',
      },
    })
    expect(await made.run(updateSchemaDocs())).toMatchObject({
      tables: 2,
      files: [{ path: 'docs/schema.md', status: 'created' }],
    })
    const page = await made.read('docs/schema.md')
    for (const part of [
      "| `email` | `text` | no | `'a\\|b'` | unique |",
      '| `author` | `integer` | yes |  | → `users(id)` |',
      '- index `by_author`: `(author)`',
      "- `CHECK (email <> '')`",
      '### Enum `mood`',
      '| 001 | `migrations/001_users.up.sql` | `users` | yes |',
      '| 002 | `migrations/002_posts.up.sql` | `posts` | no |',
    ]) {
      expect(page).toContain(part)
    }
    await unchangedAgain(made, updateSchemaDocs())
  })
})
