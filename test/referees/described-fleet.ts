import type { Access } from '../account.ts'
import type { Python } from './python.ts'

/** A fleet, by the names that it has in AWS. */
export interface NamedFleet {
  readonly group: string
  readonly balancer: string
}

/** Every member that boto3 shows of a fleet and all that belongs to it, by its path: `/policies/out/Cooldown`. */
export async function describedFleet(
  python: Python,
  access: Access,
  { group, balancer }: NamedFleet,
): Promise<Map<string, unknown>> {
  const [line] = await python.report('described_fleet.py', access, group, balancer)
  const members = new Map<string, unknown>()
  const walk = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) members.set(path, value)
    // Alarms have names of their own, and their copies too: both begin with the same word.
    else
      for (const [key, member] of Object.entries(value))
        walk(`${path}/${key.replace(/^(rich-[a-z]+)-.*$/, '$1')}`, member)
  }
  walk('', line)
  return members
}
