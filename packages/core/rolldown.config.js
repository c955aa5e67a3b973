import { defineConfig } from 'rolldown'

/**
 * Core as few files: of the start of a command most was Node finding and reading small ones.
 * What has native parts, or is one file already, stays outside.
 */
export default defineConfig({
  cwd: import.meta.dirname,
  input: { index: 'src/index.ts', main: 'src/cli/main.ts' },
  platform: 'node',
  external: ['jiti', 'node-ssh', 'ssh2', 'zx/core'],
  tsconfig: false,
  output: { dir: 'dist', chunkFileNames: '[name].js', sourcemap: true },
})
