#!/usr/bin/env node
// Stands outside of dist, so that package managers can link the command before the first build.
import module from 'node:module'
import { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { setFlagsFromString } from 'node:v8'
import { cacheDirectory } from '../dist/cache-directory.js'

// Most commands end before code that is compiled once more, to run faster, has paid for that. V8 11, which is Node 20's, does
// it early; later ones wait by themselves, and know no such flag.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000')

// What V8 has compiled, kept for the next command by Node 22 and later. Left to itself, Node would keep it in the directory
// for temporary files, under a name that others can take before.
const cache = cacheDirectory()
if (cache) module.enableCompileCache?.(cache)

const terminals = [0, 1, 2].filter(isatty)

// What a shell asks has a way of its own.
const { main } = await import(process.argv[2] === 'complete' ? '../dist/complete.js' : '../dist/main.js')
const exitCode = await main(process.argv.slice(2))
// The streams' own `write` may lead elsewhere.
for (const stream of [process.stdout, process.stderr])
  if (stream.writableLength > 0)
    await new Promise((resolve) => Writable.prototype.write.call(stream, '', resolve))
// At its exit Node sets terminals back as they were, and crashes over one that is gone.
if (!terminals.every(isatty)) {
  process.removeAllListeners('SIGHUP')
  for (const signal of ['SIGHUP', 'SIGKILL']) process.kill(process.pid, signal)
}
// Everything is closed and told. Left to itself, Node 20 may wait without end for a socket whose peer is gone.
process.exit(exitCode)
