import { execFileSync } from 'node:child_process'

/** A commit's own seed: each one tries other faults. Where there is no repository, each day does. */
export function seedOfCommit(): number {
  try {
    const hash = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return Number.parseInt(hash.slice(0, 7), 16)
  } catch {
    return Math.floor(Date.now() / 86_400_000)
  }
}
