import { build } from 'rolldown'

// Core as few files: half of a command's start was Node's finding and reading of small ones. What has native parts, or
// is one file already, stays outside.
await build({
  cwd: import.meta.dirname,
  input: { index: 'src/index.ts', main: 'src/cli/main.ts' },
  platform: 'node',
  external: ['jiti', 'node-ssh', 'ssh2', 'zx/core'],
  tsconfig: false,
  output: { dir: 'dist', chunkFileNames: '[name].js', sourcemap: true },
})
