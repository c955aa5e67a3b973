/** Something that only a person knows: a passphrase, a password, a code. */
export interface Question {
  /** Ends without a colon or a space: `passphrase of ~/.ssh/id`. */
  readonly text: string
  /** The answer is not shown while it is typed. */
  readonly secret: boolean
}

/** Asks the person at the keyboard, one question at a time; undefined: there is nobody, or no answer. */
export type Ask = (question: Question) => Promise<string | undefined>

/** For where nobody can be asked. */
export const askNobody: Ask = async () => undefined
