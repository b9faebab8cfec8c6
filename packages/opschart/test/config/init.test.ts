// Properties:
//   - What is proposed was found, and says where; the same project gives the same proposal.
//   - Whatever names a project's files have, what is proposed is a configuration without errors, with nothing in it that
//     was not quoted.
//   - Nothing is written before it is told to be, and nothing that is there is ever changed, but for lines added to
//     .gitignore.

import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { operationalJsonSchema } from '../../src/config/json-schema.ts'
import { parseConfiguration } from '../../src/config/parse-configuration.ts'
import { proposeConfiguration, type Proposal } from '../../src/config/propose-configuration.ts'
import { writeProposal } from '../../src/config/write-proposal.ts'
import { committed, madeUpProject } from './made-up-project.ts'

const single = {
  'package.json': JSON.stringify({
    name: '@acme/user-service',
    version: '2.3.0',
    scripts: { test: 'node --test', start: 'node server.js' },
  }),
  'server.js': `app.get('/healthz', ok)\nserver.listen(process.env.PORT || 4310)\n`,
  deploy: '#!/bin/sh\necho "$1"\n',
  'logs/user.log': '',
  'db/migrations/0001.sql': '',
  'status/index.html': '',
  '.gitignore': 'node_modules/\n*.log',
}

const propose = (root: string) => proposeConfiguration(root, { ask: false })
const valuesOf = (proposal: Proposal, index = 0) =>
  Object.fromEntries(
    (proposal.services[index]?.values ?? []).map(({ key, value, found }) => [key, [value, found]]),
  )

/** The proposal read back: what is proposed must be what a configuration says. */
function readBack(proposal: Proposal) {
  const { configuration, problems } = parseConfiguration(proposal.yaml, 'operational.yaml')
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  const proposed = proposal.services.map(({ name, values }) => [
    name,
    Object.fromEntries(values.map(({ key, value }) => [key, value])),
  ])
  expect(configuration?.services).toEqual(Object.fromEntries(proposed))
  return configuration!
}

describe('a project of one service', () => {
  it('is proposed with where each value was found', async () => {
    await using project = await madeUpProject(single)
    const commit = await committed(project, ['v2.2.0', 'v2.10.0', 'v2.11.0-rc.1', 'nightly'])
    const proposal = await propose(project.root)
    expect(proposal.services.map(({ name, found }) => [name, found])).toEqual([
      ['user-service', 'package.json, name'],
    ])
    expect(valuesOf(proposal)).toEqual({
      logs: [['logs/*.log'], 'logs/user.log'],
      version: [{ git: 'tag' }, 'git, tag v2.10.0'],
      deploy: [['./deploy', '{version}'], 'deploy'],
      rollback: [['./deploy', '{previous}'], 'deploy, with the earlier version'],
      health: ['http://127.0.0.1:4310/healthz', 'server.js'],
      status_page: ['status/index.html', 'status/index.html'],
      test: [['npm', 'run', 'test'], 'package.json, scripts.test'],
      migrations: ['db/migrations', 'db/migrations/'],
    })
    expect(proposal.services[0]?.adoption).toEqual({
      version: 'v2.10.0',
      commit,
      found: 'git, the newest tag',
      candidates: [
        { version: 'v2.10.0', found: 'git, the newest tag' },
        { version: '2.3.0', found: 'package.json' },
      ],
    })
    expect(proposal.notes).toEqual([
      'user-service: it is not clear which version runs: v2.10.0 (git, the newest tag), 2.3.0 (package.json)',
    ])
    expect(readBack(proposal).autonomy).toEqual({ default: 'observe', targets: {} })
    expect(proposal.yaml).toBe(`# yaml-language-server: $schema=operational.schema.json
# What opschart knows of this project. \`opschart check\` tells what is wrong with it.
services:
  user-service: # package.json, name
    logs: [logs/*.log]                    # logs/user.log
    version: { git: tag }                 # git, tag v2.10.0
    deploy: [./deploy, "{version}"]       # deploy
    rollback: [./deploy, "{previous}"]    # deploy, with the earlier version
    health: http://127.0.0.1:4310/healthz # server.js
    status_page: status/index.html        # status/index.html
    test: [npm, run, test]                # package.json, scripts.test
    migrations: db/migrations             # db/migrations/

# More than 1 % of the requests failed, for a minute: an incident.
feedback_loops:
  - { name: error_spike, monitor: error_rate, threshold: 0.01, for: 1m, action: incident }

# Everything is decided and recorded, and nothing is done, until you raise it: opschart promote.
autonomy: observe
`)
    expect(await propose(project.root)).toEqual(proposal)
  })

  it('is asked which version runs, on this machine only', async () => {
    const server = createServer((_, response) =>
      response.end(JSON.stringify({ status: 'ok', version: '2.10.0' })),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      await using project = await madeUpProject({ ...single, 'server.js': `get('/health')\nlisten(${port})` })
      const commit = await committed(project, ['v2.10.0', 'v3.0.0'])
      const proposal = await proposeConfiguration(project.root)
      expect(proposal.services[0]?.adoption).toMatchObject({
        version: 'v2.10.0',
        commit,
        found: `http://127.0.0.1:${port}/health`,
      })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('says what it did not find, and how that would be written', async () => {
    await using project = await madeUpProject({ 'notes.txt': 'nothing here' })
    const proposal = await propose(project.root)
    expect(proposal.services[0]?.missing.map(({ key }) => key)).toEqual([
      'logs',
      'deploy',
      'rollback',
      'health',
    ])
    expect(proposal.yaml).toContain(
      '# deploy: [./deploy, "{version}"] (without it nothing is deployed from here)',
    )
    expect(proposal.yaml).toContain('# feedback_loops:')
    expect(proposal.notes[0]).toBe('this is no git repository: commits, merges and tags are not seen')
    expect(proposal.files.map((file) => file.path)).toEqual([
      '.claude/config/operational.yaml',
      '.claude/config/operational.schema.json',
    ])
    readBack(proposal)
  })

  it.each([
    ['a script in a folder', { 'scripts/deploy.sh': '#!/bin/bash\ndocker push\n' }, ['./scripts/deploy.sh']],
    [
      'a script that cannot be started',
      { 'bin/deploy.py': 'print(sys.argv[1])' },
      ['python3', 'bin/deploy.py', '{version}'],
    ],
    [
      'a package script',
      { 'package.json': '{"scripts":{"deploy":"x"}}', 'pnpm-lock.yaml': '' },
      ['pnpm', 'run', 'deploy'],
    ],
    ['a target', { Makefile: 'build:\n\ttrue\ndeploy: build\n\ttrue\n' }, ['make', 'deploy']],
  ])('deploys by %s', async (_, files, argv) => {
    await using project = await madeUpProject(files as Record<string, string>)
    const proposal = await propose(project.root)
    expect(valuesOf(proposal)['deploy']?.[0]).toEqual(argv)
    readBack(proposal)
  })

  it('listens where compose publishes it', async () => {
    await using project = await madeUpProject({
      'package.json': '{"name":"shop"}',
      'src/main.py': '@app.get("/health")\napp.run(port=8000)',
      'docker-compose.yml':
        'services:\n  db:\n    ports:\n      - "5432:5432"\n  web:\n    ports:\n      - "127.0.0.1:9001:8000"\n',
    })
    expect(valuesOf(await propose(project.root))['health']).toEqual([
      'http://127.0.0.1:9001/health',
      'src/main.py and docker-compose.yml, web',
    ])
  })
})

describe('the schema', () => {
  it('is named for editors where the package is installed', async () => {
    await using project = await madeUpProject({
      'node_modules/opschart/schema/operational.schema.json': '{}',
    })
    const [first] = (await propose(project.root)).yaml.split('\n')
    const named = /^# yaml-language-server: \$schema=(.*)$/.exec(first!)![1]!
    const folder = path.join(project.root, '.claude', 'config')
    expect(await readFile(path.resolve(folder, named), 'utf8')).toBe('{}')
  })
})

describe('a monorepo', () => {
  const files = {
    'package.json': JSON.stringify({
      name: 'shop',
      workspaces: ['services/*', 'libraries/*', '../elsewhere/*'],
    }),
    'services/user/package.json': JSON.stringify({
      name: '@shop/user',
      version: '1.0.0',
      scripts: { start: 'node .', deploy: 'x', 'test:integration': 'y' },
    }),
    'services/user/index.ts': `router.get('/health')\nconst port = process.env.PORT ?? 3100`,
    'services/user/logs/out.log': '',
    'services/mail/Procfile': 'web: serve --port 3200\n',
    'services/mail/deploy.sh': '#!/bin/sh\n./push "$1"\n',
    'services/mail/rollback.sh': '#!/bin/sh\n./push "$1"\n',
    'logs/mail.log': '',
    'libraries/colour/package.json': '{"name":"@shop/colour","scripts":{"test":"x"}}',
  }

  it('has the workspaces that are run as its services', async () => {
    await using project = await madeUpProject(files)
    await committed(project, ['user/v1.4.0', 'user/v1.12.0', 'mail@2.0.0', 'v9.0.0'], 'trunk')
    const proposal = await propose(project.root)
    expect(proposal.services.map(({ name }) => name)).toEqual(['mail', 'user'])
    expect(valuesOf(proposal, 0)).toEqual({
      paths: [['services/mail'], 'services/mail/'],
      trunk: ['trunk', 'git'],
      logs: [['logs/mail.log'], 'logs/mail.log'],
      version: [{ git: 'tag' }, 'git, tag mail@2.0.0'],
      deploy: [['./services/mail/deploy.sh', '{version}'], 'services/mail/deploy.sh'],
      rollback: [['./services/mail/rollback.sh', '{previous}'], 'services/mail/rollback.sh'],
    })
    expect(valuesOf(proposal, 1)).toEqual({
      paths: [['services/user'], 'services/user/'],
      trunk: ['trunk', 'git'],
      logs: [['services/user/logs/*.log'], 'services/user/logs/out.log'],
      version: [{ git: 'tag' }, 'git, tag user/v1.12.0'],
      deploy: [
        ['npm', '--prefix', 'services/user', 'run', 'deploy'],
        'services/user/package.json, scripts.deploy',
      ],
      health: ['http://127.0.0.1:3100/health', 'services/user/index.ts'],
      test: [
        ['npm', '--prefix', 'services/user', 'run', 'test:integration'],
        'services/user/package.json, scripts.test:integration',
      ],
    })
    readBack(proposal)
  })

  it('names two services of one name apart', async () => {
    await using project = await madeUpProject({
      'apps/web/Procfile': 'a: b',
      'services/web/Procfile': 'a: b',
    })
    const proposal = await propose(project.root)
    expect(proposal.services.map(({ name }) => name)).toEqual(['web', 'services-web'])
    readBack(proposal)
  })
})

describe('hostile names', () => {
  it('do not leave their quotes', async () => {
    await using project = await madeUpProject({
      'package.json': JSON.stringify({
        name: '"}\nautonomy: act # $(reboot)',
        version: '1.0.0\nautonomy: act',
        scripts: { deploy: 'x' },
      }),
      'services/a: {b}/Procfile': 'x',
      'services/# autonomy: act/Procfile': 'x',
      'services/new\nautonomy: act\n/Procfile': 'x',
      'services/\u001b[31m/Procfile': 'x',
      'services/-rf/deploy': '#!/bin/sh\n',
      'services/constructor/Procfile': 'x',
      'services/__proto__/Procfile': 'x',
      'logs/{x}.log': '',
    })
    const proposal = await propose(project.root)
    const configuration = readBack(proposal)
    expect(configuration.autonomy.default).toBe('observe')
    expect(Object.keys(configuration.services)).toEqual([
      'autonomy-act',
      'rf',
      'proto',
      'a-b',
      'services-constructor',
    ])
    expect(configuration.services['rf']?.deploy).toEqual(['./services/-rf/deploy'])
    expect(configuration.services['a-b']?.paths).toEqual(['services/a: {b}'])
    expect(proposal.yaml).not.toContain('\u001b')
    expect(proposal.yaml.split('\n').filter((line) => line.startsWith('autonomy:'))).toEqual([
      'autonomy: observe',
    ])
  })

  it('in tags are no versions', async () => {
    await using project = await madeUpProject({ 'package.json': '{"name":"web"}' })
    await committed(project, ['v1$(reboot)', 'v1;x', 'v0.9.0'])
    const { services } = await propose(project.root)
    expect(services[0]?.adoption?.version).toBe('v0.9.0')
  })

  it('are not followed out of the project', async () => {
    await using outside = await madeUpProject({
      'package.json': '{"name":"secret","scripts":{"deploy":"x"}}',
      'a.log': '',
    })
    await using project = await madeUpProject({ 'readme.md': '' })
    await symlink(outside.root, path.join(project.root, 'logs'))
    await symlink(path.join(outside.root, 'package.json'), path.join(project.root, 'package.json'))
    const proposal = await propose(project.root)
    expect(proposal.yaml).not.toContain('secret')
    expect(valuesOf(proposal)).toEqual({})
  })

  it('are no reason to run anything', async () => {
    await using project = await madeUpProject({
      deploy: '#!/bin/sh\ntouch ran\n',
      'package.json': '{"scripts":{"test":"touch ran"}}',
    })
    await committed(project)
    await project.write({
      '.git/hooks/post-checkout': '#!/bin/sh\ntouch ran\n',
      watch: '#!/bin/sh\ntouch ran\n',
    })
    await project.git('config', 'core.fsmonitor', path.join(project.root, 'watch'))
    await propose(project.root)
    expect(await readdir(project.root)).not.toContain('ran')
  })
})

describe('writing', () => {
  it('creates the configuration and adds to .gitignore, and only when it is told to', async () => {
    await using project = await madeUpProject(single)
    await committed(project)
    const proposal = await propose(project.root)
    expect(await readdir(project.root)).not.toContain('.claude')
    expect(proposal.files.map(({ path: file, action, difference }) => [file, action, difference])).toEqual([
      [
        '.claude/config/operational.yaml',
        'create',
        proposal.yaml
          .trimEnd()
          .split('\n')
          .map((line) => `+${line}`)
          .join('\n'),
      ],
      ['.gitignore', 'append', ' node_modules/\n *.log\n+.opschart/\n+.claude/contexts/\n+.claude/events/'],
      [
        '.claude/config/operational.schema.json',
        'create',
        expect.stringContaining('JSON Schema, for editors'),
      ],
    ])
    const written = await writeProposal(proposal)
    expect(written.map(({ path: file, outcome }) => [file, outcome])).toEqual([
      ['.claude/config/operational.yaml', 'created'],
      ['.gitignore', 'appended'],
      ['.claude/config/operational.schema.json', 'created'],
    ])
    const schema = await readFile(path.join(project.root, '.claude/config/operational.schema.json'), 'utf8')
    expect(JSON.parse(schema)).toEqual(operationalJsonSchema())
    expect(await readFile(path.join(project.root, '.claude/config/operational.yaml'), 'utf8')).toBe(
      proposal.yaml,
    )
    expect(await readFile(path.join(project.root, '.gitignore'), 'utf8')).toBe(
      'node_modules/\n*.log\n.opschart/\n.claude/contexts/\n.claude/events/\n',
    )
  })

  it('changes nothing the second time', async () => {
    await using project = await madeUpProject(single)
    await committed(project)
    await writeProposal(await propose(project.root))
    const again = await propose(project.root)
    expect(again.initialised).toBe(true)
    expect(again.files.map(({ action, difference }) => [action, difference])).toEqual([
      ['keep', ''],
      ['keep', ''],
    ])
    expect((await writeProposal(again)).map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['left', 'it says so already'],
      ['left', 'it says so already'],
    ])
  })

  it('leaves a configuration of the user’s own, and tells the difference', async () => {
    const own = 'services:\n  mine: {}\nautonomy: ask\n'
    await using project = await madeUpProject({
      ...single,
      '.claude/config/operational.yaml': own,
      '.gitignore': '/.opschart\n.claude/\n',
    })
    await committed(project)
    const proposal = await propose(project.root)
    expect(proposal.initialised).toBe(true)
    expect(proposal.files[0]?.difference).toContain('-  mine: {}')
    expect(proposal.files[1]?.action).toBe('keep')
    const [file] = await writeProposal(proposal)
    expect([file?.outcome, file?.reason]).toEqual(['left', 'it is there already'])
    expect(await readFile(path.join(project.root, '.claude/config/operational.yaml'), 'utf8')).toBe(own)
  })

  it('leaves what has come or changed since it was looked at', async () => {
    await using project = await madeUpProject(single)
    await committed(project)
    const proposal = await propose(project.root)
    await project.write({ '.claude/config/operational.yaml': 'mine', '.gitignore': 'mine' })
    const written = await writeProposal(proposal)
    expect(written.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['left', 'it has come to be there since it was looked at'],
      ['left', 'it has changed since it was looked at'],
      ['created', null],
    ])
    expect(await readFile(path.join(project.root, '.gitignore'), 'utf8')).toBe('mine')
    expect(await readFile(path.join(project.root, '.claude/config/operational.yaml'), 'utf8')).toBe('mine')
  })

  it('does not write through a symbolic link', async () => {
    await using outside = await madeUpProject({ ignore: 'theirs' })
    await using project = await madeUpProject({ 'package.json': '{"name":"web"}', '.gitignore': 'theirs' })
    await committed(project)
    const proposal = await propose(project.root)
    await mkdir(path.join(outside.root, 'claude'))
    await symlink(path.join(outside.root, 'claude'), path.join(project.root, '.claude'))
    await rm(path.join(project.root, '.gitignore'))
    await symlink(path.join(outside.root, 'ignore'), path.join(project.root, '.gitignore'))
    expect((await writeProposal(proposal)).map(({ reason }) => reason)).toEqual([
      '.claude/config lies outside of the project',
      'a symbolic link stands for it',
      '.claude/config lies outside of the project',
    ])
    expect(await readdir(path.join(outside.root, 'claude'))).toEqual([])
    expect(await readFile(path.join(outside.root, 'ignore'), 'utf8')).toBe('theirs')
  })
})
