import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node'

/**
 * Ends a run with the plain line `N passed, N failed`, so that any reader of a log sees the count.
 * What stops a run without being a test counts as failed too: a file that does not load, a broken hook, an
 * unhandled error.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0
    let failed = unhandled.length
    for (const module of modules) {
      failed += brokenOutsideTests(module)
      for (const suite of module.children.allSuites()) failed += brokenOutsideTests(suite)
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed') failed += 1
      }
    }
    process.stdout.write(`${passed} passed, ${failed} failed\n`)
  }
}

function brokenOutsideTests(collection: TestModule | TestSuite): number {
  return collection.errors().length > 0 ? 1 : 0
}
