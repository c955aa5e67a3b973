import { execFileSync } from 'node:child_process'

/** A commit's own seed: each one tries other faults. */
export function seedOfCommit(): number {
  const hash = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' })
  return Number.parseInt(hash.slice(0, 7), 16)
}
