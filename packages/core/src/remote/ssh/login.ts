import type { AnyAuthMethod, KeyboardInteractiveAuthMethod, Prompt } from 'ssh2'
import type { ViridianError } from '../../error.ts'
import type { Ask } from '../terminal/prompt.ts'
import type { OneKeyAgent } from './agent.ts'
import type { HostTime } from './host-time.ts'
import type { Key } from './keys.ts'
import { refusedLogin } from './login-error.ts'
import type { PasswordTries } from './passwords.ts'
import { questionOf } from './server-question.ts'
import type { Target } from './target.ts'

export interface LoginOptions {
  readonly target: Target
  readonly time: HostTime
  readonly keys: readonly Key[]
  /** Why other keys are not among them. */
  readonly leftOut: readonly string[]
  readonly passwords: PasswordTries
  readonly ask: Ask
}

const usualOrder = ['publickey', 'keyboard-interactive', 'password']

/** One attempt to log in: what is offered to the server, one after another, and what there is to say when none works. */
export class Login {
  readonly #options: LoginOptions
  readonly #order: readonly string[]
  readonly #keys: Key[]
  readonly #tried: string[] = []
  /** What the server would take, as far as it has said. */
  #accepted: readonly string[] | undefined
  #partial = false
  /** The agent whose key was offered last. */
  #agent: OneKeyAgent | undefined
  #rounds = 0
  /** The server has asked nothing when it was last let: it never will. */
  #asksNothing = false
  #isSilent = false

  constructor(options: LoginOptions) {
    const { settings } = options.target
    const allowed: Readonly<Record<string, boolean>> = {
      publickey: settings.pubkeyAuthentication,
      'keyboard-interactive': settings.kbdInteractiveAuthentication,
      password: settings.passwordAuthentication,
    }
    this.#options = options
    this.#keys = [...options.keys]
    this.#order = (settings.preferredAuthentications ?? usualOrder).filter((method) => allowed[method])
  }

  /** The next try; false: there is none. Asked without a list before the first one. */
  async next(accepted: readonly string[] | null, partial: boolean | null): Promise<AnyAuthMethod | false> {
    const { user } = this.#options.target
    const none = { type: 'none', username: user } as const
    if (accepted !== null) this.#accepted = accepted
    this.#partial ||= partial === true
    // A server that has a signature and wants more has said so, but ssh2 does not pass it on for keys of agents.
    const isUnheard = this.#agent?.signed === true
    this.#agent = undefined
    if (isUnheard) {
      this.#partial = true
      return none
    }
    // Most servers take keys: without a question first, a round trip is saved.
    if (this.#accepted === undefined && (this.#order[0] !== 'publickey' || this.#keys.length === 0))
      return none
    for (const method of this.#order) {
      if (!(this.#accepted ?? ['publickey']).includes(method)) continue
      const offer = await this.#offer(method)
      if (offer) return offer
    }
    return false
  }

  /** The attempt is over. */
  end(isIn: boolean): void {
    this.#options.passwords.end(isIn)
  }

  /** What was tried, what was left out and why, and what the server would take. */
  refusal(): ViridianError {
    const { target, leftOut, passwords, keys } = this.#options
    return refusedLogin(target, {
      tried: this.#tried,
      leftOut,
      accepted: this.#accepted ?? ['publickey'],
      partial: this.#partial,
      hadKeys: keys.length > 0,
      isSilent: this.#isSilent || passwords.silent,
    })
  }

  async #offer(method: string): Promise<AnyAuthMethod | undefined> {
    if (method === 'publickey') return this.#nextKey()
    if (method === 'password') return this.#nextPassword()
    return this.#nextRound()
  }

  async #nextKey(): Promise<AnyAuthMethod | undefined> {
    for (let key = this.#keys.shift(); key; key = this.#keys.shift()) {
      const offer = await key.offer()
      if (offer === undefined) continue
      this.#agent = offer.agent
      this.#tried.push(key.file ?? agentKey)
      return offer.method
    }
    return undefined
  }

  async #nextPassword(): Promise<AnyAuthMethod | undefined> {
    const password = await this.#options.passwords.next()
    if (password === undefined) return undefined
    this.#tried.push('a password')
    return { type: 'password', username: this.#options.target.user, password }
  }

  #nextRound(): KeyboardInteractiveAuthMethod | undefined {
    const { user, settings } = this.#options.target
    const isOver = this.#rounds >= settings.numberOfPasswordPrompts
    if (isOver || this.#asksNothing || this.#isSilent || settings.batchMode) return undefined
    this.#rounds += 1
    this.#asksNothing = true
    return {
      type: 'keyboard-interactive',
      username: user,
      prompt: (name, instructions, _language, prompts, answer) => {
        this.#asksNothing = false
        void this.#answers(name, instructions, prompts).then(answer)
      },
    }
  }

  /** A person's answers; empty ones, which the server refuses, when nobody gives any. */
  async #answers(name: string, instructions: string, prompts: readonly Prompt[]): Promise<string[]> {
    const { target, ask, passwords, time } = this.#options
    const answers: string[] = []
    for (const prompt of prompts) {
      const isPassword = prompts.length === 1 && prompt.echo !== true && /password/i.test(prompt.prompt)
      const question = questionOf(target, [name, instructions], prompt)
      const answer = this.#isSilent
        ? undefined
        : isPassword
          ? await passwords.next()
          : await time.standing(() => ask(question))
      if (answer === undefined) this.#isSilent = true
      else this.#tried.push(isPassword ? 'a password' : 'answers')
      answers.push(answer ?? '')
    }
    return answers
  }
}

const agentKey = 'a key of the agent'
