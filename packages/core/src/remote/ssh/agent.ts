import type {
  IdentityCallback,
  KnownPublicKeys,
  OpenSSHAgent,
  ParsedKey,
  SignCallback,
  SigningRequestOptions,
} from 'ssh2'
import { ssh2 } from './libraries.ts'

/** The keys of a running ssh-agent. */
export interface AgentKeys {
  readonly agent: OpenSSHAgent
  readonly keys: readonly ParsedKey[]
}

const answerWithin = 2_000

/** Asks the agent for its keys. A dead one would make ssh2 fail the whole connection, so it is asked first. */
export async function probeAgent(socketPath: string): Promise<AgentKeys | Error> {
  const agent = new ssh2.OpenSSHAgent(socketPath)
  return new Promise((resolve) => {
    const late = new Error(`the agent at ${socketPath} did not answer within ${answerWithin / 1000} s`)
    const timer = setTimeout(() => resolve(late), answerWithin)
    agent.getIdentities((error, keys) => {
      clearTimeout(timer)
      if (error) resolve(new Error(`the agent at ${socketPath} does not answer`, { cause: error }))
      else resolve({ agent, keys: (keys ?? []).filter(isParsed) })
    })
  })
}

// Typed wider than what this agent gives: keys as an agent of one's own may name them.
function isParsed(key: KnownPublicKeys<ParsedKey>[number]): key is ParsedKey {
  return 'getPublicSSH' in key
}

/** Signs with a key, or says why it does not. */
export type Sign = (data: Buffer, options: SigningRequestOptions) => Promise<Buffer>

/**
 * One key whose signature takes time: an agent gives it, or a person types a passphrase first. ssh2 waits for agents
 * alone. It also goes on to an agent's next key without hearing how the one before fared: so each is an agent of its own.
 */
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #key: ParsedKey
  readonly #sign: Sign
  /** The server took the key, and has a signature. */
  signed = false

  constructor(key: ParsedKey, sign: Sign) {
    super()
    this.#key = key
    this.#sign = sign
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key])
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions, callback?: SignCallback): void
  override sign(key: ParsedKey, data: Buffer, callback: SignCallback): void
  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const [given, answer] = typeof options === 'function' ? [{}, options] : [options, callback]
    this.#sign(data, given).then(
      (signature) => {
        this.signed = true
        answer?.(undefined, signature)
      },
      (error: unknown) => answer?.(error instanceof Error ? error : new Error(String(error))),
    )
  }
}

/** How an agent signs with one of its keys. */
export function signatureOf(agent: OpenSSHAgent, key: ParsedKey): Sign {
  return (data, options) =>
    new Promise((resolve, reject) => {
      agent.sign(key, data, options, (error, signature) => {
        if (signature) resolve(signature)
        else reject(error ?? new Error('the agent gave no signature'))
      })
    })
}
