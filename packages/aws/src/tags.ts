/** A tag, as EC2 and Auto Scaling take it. */
export interface Tag {
  /** The name, `Name` or `team`; it is told apart by case. */
  readonly Key: string
  /** What it says; it may be empty. */
  readonly Value: string
}

/** Everything that a run makes carries its id under this key, so that leftovers are found from any machine. */
export const runTag = 'viridian:run'
/** The token of the step that made it. */
export const stepTag = 'viridian:step'
/** On a group whose processes are suspended and whose max is raised for a run; the value says what to give back. */
export const pinTag = 'viridian:pin'
/** On a group whose max was raised for a way back; the value says what to give back. */
export const roomTag = 'viridian:room'
/** On a group that a replica has taken the place of; the value says of which run, and by whom it is served now. */
export const retiredTag = 'viridian:retired'

/**
 * The tags of what a step makes. Tags of AWS's own (`aws:…`) cannot be set and are left out.
 *
 * @example
 * ```ts
 * tagsOf(c, { Name: 'web', team: 'shop' }) // plus viridian:run and viridian:step
 * ```
 */
export function tagsOf(
  made: { readonly run: { readonly id: string }; readonly token: string },
  others: Readonly<Record<string, string>> = {},
): Tag[] {
  const own = Object.entries(others).filter(
    ([key]) => !key.startsWith('aws:') && !key.startsWith('viridian:'),
  )
  return [...own, [runTag, made.run.id], [stepTag, made.token]].map(([Key = '', Value = '']) => ({
    Key,
    Value,
  }))
}
