#!/usr/bin/env node
process.stderr.write('opschart: no command is built yet.\n')
process.exitCode = 1
