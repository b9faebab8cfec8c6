import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { differenceOf, placeOf, wordsOf, type Block } from './document-blocks.ts'

const bin = path.join(import.meta.dirname, '../packages/opschart/src/bin.ts')
const patience = 30_000

interface Answer {
  readonly code: number
  readonly output: string
}

/** A project of its own, in which the guide's commands are run one after the other. */
export interface Session {
  /** Plays the guide's blocks in order; rejects at the first that is not as the guide says. */
  play(blocks: readonly Block[]): Promise<void>
  close(): Promise<void>
}

/** Makes the project that the guide begins with: a service with a deploy command and one tagged release. */
export async function openSession(): Promise<Session> {
  const home = mkdtempSync(path.join(tmpdir(), 'opschart-guide-'))
  const root = path.join(home, 'greeter')
  // Nothing of whoever runs the tests gets in: not their git settings, not their terminal, not their language.
  const environment = {
    PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    HOME: home,
    TMPDIR: home,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: path.join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
  }

  function run(line: string): Promise<Answer> {
    const [program, ...argv] = wordsOf(line)
    const [file, ...first] = program === 'opschart' ? [process.execPath, bin] : [program!]
    return new Promise((resolve) => {
      const options = { cwd: root, env: environment, timeout: patience, maxBuffer: 16 * 1024 * 1024 }
      execFile(file!, [...first, ...argv], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ code, output: `${stdout}${stderr}` })
      }).stdin?.end()
    })
  }

  async function must(line: string, code = 0): Promise<Answer> {
    const answer = await run(line)
    if (answer.code !== code)
      throw new Error(`\`${line}\` exits with ${answer.code}, not ${code}:\n${answer.output}`)
    return answer
  }

  function write(file: string, text: string, append: boolean): void {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), `${text}\n`, { flag: append ? 'a' : 'w' })
  }

  /**
   * Runs a block's lines, side by side where each stands for itself; else the last one again until it prints what is
   * shown, where the guide says that it waits.
   */
  async function runBlock({ mark, text }: Block, shown: Block | undefined): Promise<void> {
    const code = Number(/\bexits (\d+)/.exec(mark)?.[1] ?? 0)
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (/^session each\b/.test(mark)) {
      await Promise.all(lines.map((line) => must(line, code)))
      return
    }
    const outputs: string[] = []
    for (const line of lines.slice(0, -1)) outputs.push((await must(line)).output)
    const deadline = performance.now() + (/\bwaits\b/.test(mark) ? patience : 0)
    for (;;) {
      const { output } = await must(lines.at(-1)!, code)
      const difference =
        shown === undefined ? undefined : differenceOf(shown.text, [...outputs, output].join(''))
      if (difference === undefined) return
      if (performance.now() >= deadline) throw new Error(`\`${lines.at(-1)}\`: ${difference}`)
      await pause(100)
    }
  }

  async function playBlock(block: Block, next: Block | undefined): Promise<void> {
    const [word, file = ''] = block.mark.split(' ')
    if (word === 'session') await runBlock(block, next?.mark === 'prints' ? next : undefined)
    if (word === 'writes') write(file, block.text, false)
    if (word === 'appends') write(file, block.text, true)
    if (word === 'file') {
      const difference = differenceOf(block.text, readFileSync(path.join(root, file), 'utf8'))
      if (difference !== undefined) throw new Error(`${file}: ${difference}`)
    }
  }

  mkdirSync(root)
  write(
    'package.json',
    JSON.stringify({ name: 'greeter', version: '1.0.0', private: true, type: 'module' }),
    false,
  )
  write('src/greet.mjs', 'export const greet = (name) => `Hello, ${name.first}`', false)
  write('deploy', '#!/bin/sh\necho "deploying $1"', false)
  write('logs/.gitignore', '*', false)
  chmodSync(path.join(root, 'deploy'), 0o755)
  for (const line of [
    'git init --quiet --initial-branch main',
    'git config user.name Ann',
    'git config user.email ann@example.com',
    'git add .',
    'git commit --quiet -m "Greet by the first name"',
    'git tag v1.0.0',
  ]) {
    await must(line)
  }
  write('src/greet.mjs', 'export const greet = (name) => `Good day, ${name.first}`', false)
  for (const line of ['git commit --quiet -a -m "Greet politely"', 'git tag v1.1.0']) await must(line)

  return {
    async play(blocks) {
      for (const [index, block] of blocks.entries()) {
        await playBlock(block, blocks[index + 1]).catch((cause: unknown) => {
          const reason = cause instanceof Error ? cause.message : String(cause)
          throw new Error(`${placeOf(block)}: ${reason}`, { cause })
        })
      }
    },
    async close() {
      if (existsSync(path.join(root, '.opschart'))) await run('opschart down')
      rmSync(home, { recursive: true, force: true })
    },
  }
}
