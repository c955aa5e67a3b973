import { execFileSync } from 'node:child_process'

/** A commit's own seed: each one tries other faults. Where there is no repository, each day does. */
export function seedOfCommit(): number {
  try {
    const options = {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    } as const
    return Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], options).slice(0, 7), 16)
  } catch {
    return Math.floor(Date.now() / 86_400_000)
  }
}
