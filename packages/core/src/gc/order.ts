import { ViridianError } from '../error.ts'
import type { LeftoverKind } from './leftover.ts'

/**
 * Kinds in an order in which each stands behind those that it waits for.
 *
 * @throws ViridianError `E_PLUGIN_INVALID` when they wait for each other
 */
export function ordered(kinds: readonly LeftoverKind[]): LeftoverKind[] {
  const left = [...kinds]
  const done: LeftoverKind[] = []
  while (left.length > 0) {
    const next = left.findIndex(
      ({ after = [] }) => !after.some((name) => left.some(({ kind }) => kind === name)),
    )
    const [kind] = next < 0 ? [] : left.splice(next, 1)
    if (kind === undefined) throw inCircle(left)
    done.push(kind)
  }
  return done
}

const inCircle = (kinds: readonly LeftoverKind[]): ViridianError =>
  new ViridianError(
    'E_PLUGIN_INVALID',
    `the leftovers of kind ${kinds.map(({ kind }) => kind).join(', ')} wait for each other to be removed`,
    { hint: 'tell those who maintain the plugin: "after" must not go in a circle' },
  )
