import { join } from 'node:path'
import { build } from 'rolldown'
import { packTemplates } from './templates.js'

// Packages as few files: half of a command's start was Node's finding and reading of small ones.
const entries = { index: 'src/index.ts' }

/** Writes a package's `dist/`, a file for each entry in `input` and for what they share; `external` stays outside. */
const bundle = (name, input, external) =>
  build({
    cwd: join(import.meta.dirname, 'packages', name),
    input,
    platform: 'node',
    external,
    tsconfig: false,
    output: { dir: 'dist', chunkFileNames: '[name].js', sourcemap: true },
  })

// Core takes in what it needs, but for what has native parts or is one file already; the cloud takes in a zod of its own,
// since it is to need nothing of ours; plugins take in nothing.
const core = {
  ...entries,
  main: 'src/cli/main.ts',
  complete: 'src/cli/completion/in-time.ts',
  zod: 'src/zod.ts',
  'cache-directory': 'src/config/cache-directory.ts',
}
const cloud = {
  ...entries,
  'emulator/index': 'src/emulator/index.ts',
  'cloud-main': 'src/plugin/cloud-main.ts',
}
const plugins = ['aws', 'aws-autoscaling', 'aws-cloudwatch', 'aws-ec2', 'aws-elb', 'aws-route53']
await Promise.all([
  bundle('core', core, ['jiti', 'node-ssh', 'ssh2', 'zx/core']),
  bundle('local-cloud', cloud, [/^(?!zod$)[a-z@]/]),
  ...plugins.map((name) => bundle(name, entries, [/^[a-z@]/])),
])
packTemplates()
