import type { HostTime } from '../ssh/host-time.ts'
import { Passwords, type PasswordTries } from '../ssh/passwords.ts'
import type { Target } from '../ssh/target.ts'
import type { Ask, Question } from '../terminal/prompt.ts'
import type { Answered } from './login-failure.ts'

/** Answers to what several `ssh` ask: passwords as all transports do, and what is about keys once for all hosts. */
export class Questions {
  readonly #ask: Ask
  readonly #passwords: Passwords
  readonly #answers = new Map<string, Promise<string | undefined>>()

  constructor(ask: Ask) {
    this.#ask = ask
    this.#passwords = new Passwords(ask)
  }

  /** The questions of one `ssh`. */
  of(target: Target, time: HostTime): Dialogue {
    const passwords = this.#passwords.for(target, time)
    const ask: Ask = (question) => time.standing(() => this.#ask(question))
    return new Dialogue({ target, passwords, ask, answers: this.#answers })
  }
}

interface DialogueOptions {
  readonly target: Target
  readonly passwords: PasswordTries
  readonly ask: Ask
  /** Those about keys, by their text. */
  readonly answers: Map<string, Promise<string | undefined>>
}

/** What one `ssh` asks in its attempt to log in. */
export class Dialogue implements Answered {
  readonly tried: string[] = []
  readonly #options: DialogueOptions
  readonly #given = new Map<string, Promise<string | undefined>>()
  #isDeclined = false
  #isSilent = false

  constructor(options: DialogueOptions) {
    this.#options = options
  }

  get isDeclined(): boolean {
    return this.#isDeclined
  }

  get isSilent(): boolean {
    return this.#isSilent
  }

  answer(prompt: string): Promise<string | undefined> {
    return isOfHost(prompt) ? this.#tellHost(prompt) : this.#once(questionOf(prompt))
  }

  /** The attempt is over. */
  end(isIn: boolean): void {
    this.#options.passwords.end(isIn)
  }

  async #tellHost(prompt: string): Promise<string | undefined> {
    const { target, passwords, ask } = this.#options
    const text = ownText(prompt, target)
    const isPassword = text !== undefined && /password/i.test(text)
    const question =
      text === undefined
        ? questionOf(prompt)
        : { text: `${target.user}@${target.name}: ${text}`, secret: true }
    let answer: string | undefined
    try {
      answer = await (isPassword ? passwords.next() : ask(question))
    } finally {
      this.#isDeclined = answer === undefined
      this.#isSilent = this.#isDeclined && (!isPassword || passwords.silent)
      if (answer !== undefined) this.tried.push(isPassword ? 'a password' : 'answers')
    }
    return answer
  }

  /** Asked once for all hosts, and again where the same `ssh` was not content with the answer. */
  #once(question: Question): Promise<string | undefined> {
    const { answers, ask } = this.#options
    const known = answers.get(question.text)
    const isRefused = known !== undefined && known === this.#given.get(question.text)
    const answer = known === undefined || isRefused ? ask(question) : known
    answers.set(question.text, answer)
    this.#given.set(question.text, answer)
    return answer
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

/** Whether the answer is sent to the host; others are about keys. */
export function isOfHost(prompt: string): boolean {
  return !/^Enter (?:passphrase|PIN) for /.test(prompt) && !isHostKeyQuestion(prompt)
}

/** Whether a host's key is right. */
function isHostKeyQuestion(prompt: string): boolean {
  return /\(yes\/no(?:\/\[fingerprint\])?\)\? $/.test(prompt)
}

/** What this host asks, and no other on the way to it. */
function ownText(prompt: string, { user, address }: Target): string | undefined {
  const account = `${user}@${address}`.toLowerCase()
  const [, asked, text] = /^\((.+?)\) (.*)$/s.exec(prompt) ?? /^(.+?)'s (password): $/.exec(prompt) ?? []
  return asked?.toLowerCase() === account ? text?.replace(/[\s:]+$/, '') : undefined
}
