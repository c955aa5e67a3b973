/** Why something stays: who uses it; it is one of the newest; its run is open; it is young; a person has to decide. */
export type StayKind = 'in-use' | 'newest' | 'open-run' | 'young' | 'undecided'

export interface Stay {
  readonly why: StayKind
  /** In words, as they follow upon what stays. */
  readonly reason: string
}
