import type { Ask, Question } from '../prompt.ts'

/** Answers to what several `ssh` ask: each question is put to the person once, and again when its answer was wrong. */
export class Questions {
  readonly #ask: Ask
  readonly #answers = new Map<string, Promise<string | undefined>>()

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** The questions of one `ssh`: one that asks the same again was not content. */
  ofOne(): (prompt: string) => Promise<string | undefined> {
    const given = new Map<string, Promise<string | undefined>>()
    return (prompt) => {
      const question = questionOf(prompt)
      const known = this.#answers.get(question.text)
      const isRefused = known !== undefined && known === given.get(question.text)
      const answer = known === undefined || isRefused ? this.#ask(question) : known
      this.#answers.set(question.text, answer)
      given.set(question.text, answer)
      return answer
    }
  }
}

/** A prompt of `ssh`, in the words that the other transport has for the same. */
export function questionOf(prompt: string): Question {
  const file = /^Enter passphrase for (?:key )?['"]?(.+?)['"]?: $/.exec(prompt)?.[1]
  if (file !== undefined) return { text: `passphrase of ${file}`, secret: true }
  const account = /^(.+)'s password: $/.exec(prompt)?.[1]
  if (account !== undefined) return { text: `password of ${account}`, secret: true }
  return { text: prompt.replace(/[\s:?]+$/, ''), secret: !isHostKeyQuestion(prompt) }
}

/** Whether a host's key is right. */
export function isHostKeyQuestion(prompt: string): boolean {
  return /\(yes\/no(?:\/\[fingerprint\])?\)\? $/.test(prompt)
}
