import ssh2, {
  type IdentityCallback,
  type KnownPublicKeys,
  type OpenSSHAgent,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'

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

/** An agent that offers only some of its keys: servers hang up after a few that they do not know. */
export class FilteredAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: OpenSSHAgent
  readonly #keys: readonly ParsedKey[]

  constructor(agent: OpenSSHAgent, keys: readonly ParsedKey[]) {
    super()
    this.#agent = agent
    this.#keys = keys
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [...this.#keys])
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions, callback?: SignCallback): void
  override sign(key: ParsedKey, data: Buffer, callback: SignCallback): void
  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, callback)
  }
}
