import { Semaphore } from '../semaphore.ts'
import type { Ask } from '../terminal/prompt.ts'
import type { HostTime } from './host-time.ts'
import type { Target } from './target.ts'

/** The passwords of a user, who may well have the same one on all hosts. */
interface Account {
  /** Right on some host. */
  readonly right: string[]
  /** Given, and not judged yet: the connection was lost before. */
  unjudged: string | undefined
  /** Asked, nobody answered: nobody is asked again. */
  silent: boolean
  readonly turn: Semaphore
}

/** The passwords of a run: asked for once, and offered to the other hosts of the same user. */
export class Passwords {
  readonly #ask: Ask
  readonly #accounts = new Map<string, Account>()

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** For one attempt to log in. */
  for(target: Target, time: HostTime): PasswordTries {
    const { user } = target
    const account = this.#accounts.get(user) ?? {
      right: [],
      unjudged: undefined,
      silent: false,
      turn: new Semaphore(1),
    }
    this.#accounts.set(user, account)
    return new PasswordTries(account, this.#ask, target, time)
  }
}

/** The passwords that one attempt offers: known ones first, then a person's, who has answered for one host at a time. */
export class PasswordTries {
  readonly #account: Account
  readonly #ask: Ask
  readonly #target: Target
  readonly #time: HostTime
  readonly #offered: string[] = []
  #asked = 0
  #leave: (() => void) | undefined

  constructor(account: Account, ask: Ask, target: Target, time: HostTime) {
    this.#account = account
    this.#ask = ask
    this.#target = target
    this.#time = time
  }

  /** True when a person would have to answer, and there is none. */
  get silent(): boolean {
    return this.#account.silent
  }

  /** The next one; the one before was refused. Undefined: there is none. */
  async next(): Promise<string | undefined> {
    const { unjudged } = this.#account
    if (unjudged !== undefined && this.#offered.at(-1) === unjudged) this.#account.unjudged = undefined
    const password = this.#known() ?? (await this.#time.standing(() => this.#fromPerson()))
    if (password !== undefined) this.#offered.push(password)
    return password
  }

  /** The attempt is over: what it says of the password that was offered last counts for the other hosts. */
  end(isIn: boolean): void {
    const last = this.#offered.at(-1)
    if (isIn && last !== undefined) {
      const { right } = this.#account
      if (!right.includes(last)) right.unshift(last)
      this.#account.unjudged = undefined
    }
    this.#leave?.()
    this.#leave = undefined
  }

  #known(): string | undefined {
    return this.#account.right.find((password) => !this.#offered.includes(password))
  }

  async #fromPerson(): Promise<string | undefined> {
    if (this.#account.silent || this.#target.settings.batchMode) return undefined
    if (this.#asked >= this.#target.settings.numberOfPasswordPrompts) return undefined
    await this.#enter()
    // Whoever had the turn may have found out.
    const found = this.#known() ?? this.#account.unjudged
    if (found !== undefined && !this.#offered.includes(found)) return found
    if (this.#account.silent) return undefined
    const { user, name } = this.#target
    const again = this.#offered.length === 0 ? '' : 'that one is wrong; '
    const text = `${again}password of ${user}@${name}, and of ${user} on other hosts`
    this.#asked += 1
    const answer = await this.#ask({ text, secret: true })
    if (answer === undefined) this.#account.silent = true
    else this.#account.unjudged = answer
    return answer
  }

  /** Takes the turn to ask, until this attempt is over. */
  #enter(): Promise<void> {
    if (this.#leave) return Promise.resolve()
    return new Promise((resolve) => {
      void this.#account.turn.run(
        undefined,
        () =>
          new Promise<void>((leave) => {
            this.#leave = leave
            resolve()
          }),
      )
    })
  }
}
