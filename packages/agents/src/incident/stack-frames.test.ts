// Properties:
//   - Frames of V8 (also of real errors of this process), Python, Java, Go and Ruby are read; other lines are not taken for frames.
//   - Own code, packages and the platform are told apart.
//   - Reading a hostile trace costs no more than its length.

import { describe, expect, it } from 'vitest'

import { packageOf, readStack } from './stack-frames.ts'

describe('stack traces', () => {
  it('reads a real one of this process', () => {
    function broken(): void {
      throw new TypeError('odd')
    }
    let stack = ''
    try {
      broken()
    } catch (error) {
      stack = (error as Error).stack ?? ''
    }
    const trace = readStack(stack)
    expect(trace.heading).toBe('TypeError: odd')
    expect(trace.frames[0]).toMatchObject({ function: 'broken', origin: 'project', package: null })
    expect(trace.frames[0]?.file.endsWith('/stack-frames.test.ts')).toBe(true)
    expect(trace.frames.some((frame) => frame.origin === 'dependency' || frame.origin === 'runtime')).toBe(
      true,
    )
  })

  it('tells own code, packages and the platform apart', () => {
    const { frames } = readStack(
      [
        'Error: x',
        '    at async Object.run [as go] (file:///app/src/run.ts:10:5)',
        '    at /app/node_modules/.pnpm/left@1.0.0/node_modules/@scope/left/index.js:7:1',
        '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
        '    at new Promise (<anonymous>)',
        '    at eval (eval at run (/app/a.js:1:1), <anonymous>:1:1)',
      ].join('\n'),
    )
    expect(
      frames.map(({ file, line, column, origin, package: name }) => [file, line, column, origin, name]),
    ).toEqual([
      ['/app/src/run.ts', 10, 5, 'project', null],
      [
        '/app/node_modules/.pnpm/left@1.0.0/node_modules/@scope/left/index.js',
        7,
        1,
        'dependency',
        '@scope/left',
      ],
      ['node:internal/process/task_queues', 105, 5, 'runtime', null],
    ])
    expect(packageOf('src/my_node_modules/x.js')).toBeNull()
  })

  it('turns a Python trace so that its top comes first, and finds its heading at the end', () => {
    const trace = readStack(
      'Traceback (most recent call last):\n  File "/app/main.py", line 3, in main\n    run()\n  File "/app/run.py", line 9, in run\n    x.y\nAttributeError: no y',
    )
    expect(trace.frames.map((frame) => [frame.file, frame.line, frame.function])).toEqual([
      ['/app/run.py', 9, 'run'],
      ['/app/main.py', 3, 'main'],
    ])
    expect(trace.heading).toBe('AttributeError: no y')
  })

  it('reads Java, Go and Ruby, and inner causes', () => {
    const trace = readStack(
      "java.lang.Error: x\n\tat a.b.C.run(C.java:12)\nCaused by: java.net.ConnectException: refused\n/app/main.go:22 +0x1d\napp/x.rb:5:in `call'",
    )
    expect(trace.frames.map((frame) => [frame.file, frame.line])).toEqual([
      ['C.java', 12],
      ['/app/main.go', 22],
      ['app/x.rb', 5],
    ])
    expect(trace.causes).toEqual(['java.net.ConnectException: refused'])
  })

  it('bounds hostile traces', () => {
    const lines = ['at ('.repeat(50_000), `at ${'(x:1'.repeat(50_000)})`, 'at a (b:1:1)\n'.repeat(50_000)]
    for (const stack of lines) expect(readStack(stack).frames.length).toBeLessThanOrEqual(40)
  })
})
