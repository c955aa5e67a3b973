import type { AnyAuthMethod, AuthHandlerMiddleware, ParsedKey } from 'ssh2'
import { ViridianError } from '../../error.ts'
import type { Ask } from '../prompt.ts'
import { type AgentKeys, FilteredAgent, probeAgent } from './agent.ts'
import { defaultIdentityFiles, Identities, type Identity } from './identity.ts'
import type { Target } from './target.ts'

/** The ways to log in to a host, and what there is to say when none works. */
export interface Login {
  readonly authHandler: AuthHandlerMiddleware
  /** What was tried, what was left out and why, and what the server would take. */
  refusal(): ViridianError
}

interface Candidates {
  readonly methods: { readonly label: string; readonly method: AnyAuthMethod }[]
  /** Why others are not among them. */
  readonly leftOut: string[]
}

/** Knows the user's keys: identity files and the agent's, each read once a run. */
export class Authentication {
  readonly #identities: Identities
  #agent: Promise<AgentKeys | Error | undefined> | undefined

  constructor(ask: Ask) {
    this.#identities = new Identities((file) => ask({ text: `passphrase of ${file}`, secret: true }))
  }

  /** @throws ViridianError `E_IDENTITY_FILE` when the host's identity file is of no use, `E_HOST_AUTH` without any key */
  async login(target: Target): Promise<Login> {
    const { methods, leftOut } =
      target.identityFile === undefined
        ? await this.#defaults(target)
        : await this.#only(target, target.identityFile)
    const account = `${target.user}@${target.address}:${target.port}`
    if (methods.length === 0) throw refused(target, `there is no key to log in to ${account} with`, leftOut)
    return attempt(target, account, methods, leftOut)
  }

  async #only(target: Target, file: string): Promise<Candidates> {
    const identity = await this.#identities.get(file)
    if (identity.status === 'ready') return { methods: [withKey(target, identity)], leftOut: [] }
    if (identity.status !== 'encrypted') throw uselessFile(target, identity)
    const agent = await this.#agentKeys()
    const keys = keysOf(agent).filter((key) => identity.publicKey?.equals(key.getPublicSSH()))
    if (keys.length === 0 || !isAgent(agent)) throw lockedFile(target, file, agent)
    return { methods: [withAgent(target, agent, keys)], leftOut: [] }
  }

  async #defaults(target: Target): Promise<Candidates> {
    const agent = await this.#agentKeys()
    const identities = await Promise.all(defaultIdentityFiles().map((file) => this.#identities.get(file)))
    const held = keysOf(agent).map((key) => key.getPublicSSH())
    const own = identities.flatMap((identity) => (isNew(identity, held) ? [withKey(target, identity)] : []))
    const fromAgent = isAgent(agent) && agent.keys.length > 0 ? [withAgent(target, agent, agent.keys)] : []
    return {
      methods: [...fromAgent, ...own],
      leftOut: [...identities.flatMap(reasonOf), ...complaintOf(agent)],
    }
  }

  #agentKeys(): Promise<AgentKeys | Error | undefined> {
    const path = process.env.SSH_AUTH_SOCK
    this.#agent ??= path ? probeAgent(path) : Promise.resolve(undefined)
    return this.#agent
  }
}

function attempt(target: Target, account: string, methods: Candidates['methods'], leftOut: string[]): Login {
  const waiting = [...methods]
  const tried: string[] = []
  let accepted: readonly string[] = ['publickey']
  let partial = false
  return {
    // Called before the first try without arguments, then after every refusal.
    authHandler: (methodsLeft: readonly string[] | null, partialSuccess: boolean | null) => {
      accepted = methodsLeft ?? accepted
      partial ||= partialSuccess === true
      const next = accepted.includes('publickey') ? waiting.shift() : undefined
      if (next === undefined) return false
      tried.push(next.label)
      return next.method
    },
    refusal: () => {
      const more = partial ? `a key was right, but the server also wants ${accepted.join(' or ')}` : ''
      const offered =
        tried.length > 0 ? `tried ${tried.join(', ')}` : `it accepts only ${accepted.join(', ')}`
      return refused(target, `${account} refused to log in: ${more || offered}`, leftOut)
    },
  }
}

function withKey(target: Target, identity: Identity & { status: 'ready' }) {
  const method = { type: 'publickey', username: target.user, key: identity.key } as const
  return { label: identity.file, method }
}

function withAgent(target: Target, { agent }: AgentKeys, keys: readonly ParsedKey[]) {
  const method = { type: 'agent', username: target.user, agent: new FilteredAgent(agent, keys) } as const
  return { label: `${keys.length === 1 ? 'a key' : `${keys.length} keys`} of the agent`, method }
}

function isNew(identity: Identity, held: readonly Buffer[]): identity is Identity & { status: 'ready' } {
  return identity.status === 'ready' && !held.some((key) => key.equals(identity.publicKey))
}

function isAgent(agent: AgentKeys | Error | undefined): agent is AgentKeys {
  return agent !== undefined && !(agent instanceof Error)
}

function keysOf(agent: AgentKeys | Error | undefined): readonly ParsedKey[] {
  return isAgent(agent) ? agent.keys : []
}

function complaintOf(agent: AgentKeys | Error | undefined): string[] {
  return agent instanceof Error ? [agent.message] : []
}

function reasonOf(identity: Identity): string[] {
  if (identity.status === 'encrypted') return [`${identity.file} is encrypted`]
  return identity.status === 'unusable' ? [`${identity.file}: ${identity.reason}`] : []
}

function uselessFile(target: Target, identity: Identity): ViridianError {
  const reason = identity.status === 'unusable' ? `cannot be used: ${identity.reason}` : 'does not exist'
  return new ViridianError(
    'E_IDENTITY_FILE',
    `the identity file ${identity.file} of ${target.name} ${reason}`,
    {
      hint: 'name the file of a private key as identityFile',
      place: { host: target.name, file: identity.file },
    },
  )
}

function lockedFile(target: Target, file: string, agent: AgentKeys | Error | undefined): ViridianError {
  const where =
    agent instanceof Error ? agent.message : agent ? 'the agent does not hold it' : 'no agent is running'
  return new ViridianError(
    'E_IDENTITY_FILE',
    `the identity file ${file} of ${target.name} is encrypted, and ${where}`,
    {
      hint: `unlock it in the agent: ssh-add ${file}`,
      place: { host: target.name, file },
    },
  )
}

function refused(target: Target, message: string, leftOut: readonly string[]): ViridianError {
  const more = leftOut.length > 0 ? ` (${leftOut.join('; ')})` : ''
  return new ViridianError('E_HOST_AUTH', `${target.name}: ${message}${more}`, {
    hint: 'give the host its user and identityFile, or add its key to the agent: ssh-add',
    place: { host: target.name },
  })
}
