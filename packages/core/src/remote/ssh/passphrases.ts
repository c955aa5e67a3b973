import type { ParsedKey } from 'ssh2'
import type { Ask } from '../terminal/prompt.ts'
import { type Identity, WrongPassphrase } from './identity.ts'

type Encrypted = Identity & { readonly status: 'encrypted' }

/** Unlocks encrypted keys, each once a run: a person is asked, and 0.4 s of processor time are taken. */
export class Passphrases {
  readonly #ask: Ask
  readonly #unlocked = new Map<string, Promise<ParsedKey | Error>>()

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** The key, or why it stays locked. */
  unlock(identity: Encrypted, prompts: number): Promise<ParsedKey | Error> {
    const { file } = identity
    const unlocked = this.#unlocked.get(file) ?? this.#askFor(identity, prompts)
    this.#unlocked.set(file, unlocked)
    return unlocked
  }

  async #askFor({ file, unlock }: Encrypted, prompts: number): Promise<ParsedKey | Error> {
    for (let tries = 0; tries < prompts; tries += 1) {
      const again = tries === 0 ? '' : 'that one is wrong; '
      const passphrase = await this.#ask({ text: `${again}passphrase of ${file}`, secret: true })
      // Return alone leaves the key out, as with ssh.
      if (passphrase === undefined || passphrase === '') return new Error(`${file} is encrypted`)
      const key = unlock(passphrase)
      if (!(key instanceof Error)) return key
      if (!(key instanceof WrongPassphrase)) return new Error(`${file}: ${key.message}`)
    }
    return new Error(`${file} is encrypted, and no passphrase was right`)
  }
}
