import { createInterface } from 'node:readline'

import type { PersonAtTerminal } from '@opschart/hosts/http'

import type { Terminal } from './_terminal.ts'

/** Reads codes from this process's terminal. */
export function personAtTerminal(terminal: Terminal): PersonAtTerminal {
  return {
    pid: process.pid,
    readCode({ tries, wrong }) {
      if (wrong)
        terminal.note(`That is not the code. ${tries === 1 ? 'One try is' : `${tries} tries are`} left.`)
      return readLine('> ')
    },
  }
}

/** One line from the terminal; undefined when it was closed or broken off. */
function readLine(prompt: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr, historySize: 0 })
    let line: string | undefined
    reader.on('SIGINT', () => reader.close())
    reader.on('close', () => resolve(line))
    reader.question(prompt, (answer) => {
      line = answer
      reader.close()
    })
  })
}
