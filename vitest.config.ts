import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // No file changes what another finds: a worker keeps what it has loaded, which saves half a second of two cores for each.
    isolate: false,
    // A machine that has other things to do is no fault of a test.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/count-reporter.ts'],
  },
})
