/** Where a text may be cut so that no secret is cut through: what is left of one would not be known for it. */
export interface Cuts {
  /** The last such place in a text that goes on. */
  last(text: string): number
  /** The first such place in a text whose beginning is missing. */
  first(text: string): number
}

/** Where there are no secrets. */
export const anywhere: Cuts = { last: (text) => text.length, first: () => 0 }
