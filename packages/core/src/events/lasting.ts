/** Where commands of a run did what no undo takes back. */
export interface Lasting {
  /** Names, in the order in which the run came to them. Those that the run has made and taken away again are none. */
  readonly hosts: readonly string[]
  /** Where `tasks` ran. */
  readonly here: boolean
}
