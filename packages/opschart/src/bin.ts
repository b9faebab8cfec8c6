#!/usr/bin/env node
// Plain old JavaScript on purpose: an old Node must be able to read this file to say that it is too old.
var version = process.versions.node.split('.')
if (Number(version[0]) > 24 || (Number(version[0]) === 24 && Number(version[1]) >= 15)) {
  void import('./cli/main.ts').then(function (cli) {
    return cli.main(process.argv.slice(2)).then(function (code) {
      process.exitCode = code
    })
  })
} else {
  process.stderr.write('opschart needs Node 24.15 or newer; this is Node ' + process.versions.node + '.\n')
  process.exitCode = 1
}
