import { expect, it } from 'vitest'
import { packageManager } from './package-manager.ts'

it.each([
  ['npm/10.8.2 node/v20.20.2 linux x64 workspaces/false', 'npx tasks'],
  ['pnpm/10.34.9 npm/? node/v20.20.2 linux x64', 'pnpm exec tasks'],
  ['yarn/1.22.22 npm/? node/v20.20.2 linux x64', 'yarn tasks'],
  ['bun/1.2.0 npm/? node/v22.6.0 linux x64', 'bun run tasks'],
  ['constructor/1', 'npx tasks'],
  [undefined, 'npx tasks'],
])('whom %s has started runs tasks by %s', (agent, tasks) => {
  expect(packageManager({ npm_config_user_agent: agent }).tasks).toBe(tasks)
})
