import type { CommandOptions } from '../command/run-command.ts'
import { createRemote } from '../remote.ts'

// A runner of one command, for a test to kill: node --import jiti/register runner.ts <spec> <known_hosts> <options> <command>
const [spec = '', knownHosts = '', options = '{}', command = ''] = process.argv.slice(2)
const { inputSize = 0, ...rest } = JSON.parse(options)
const remote = createRemote({
  defaults: () => ({ config: false, knownHosts: [knownHosts] }),
  signal: new AbortController().signal,
  mask: (text) => text,
})
const given: CommandOptions = { stdin: Buffer.alloc(inputSize), ...rest }
const onLine = (_: string, line: string): void => console.log(line)
await remote.host(JSON.parse(spec), { onLine }).run(given)`sh -c ${command}`
