import { createRemote } from '../remote.ts'

// A runner of one command, for a test to kill: node --import jiti/register runner.ts <spec> <known_hosts> <command>
const [spec = '', knownHosts = '', command = ''] = process.argv.slice(2)
const remote = createRemote({
  defaults: () => ({ config: false, knownHosts: [knownHosts] }),
  signal: new AbortController().signal,
  mask: (text) => text,
})
await remote.host(JSON.parse(spec)).run`sh -c ${command}`
