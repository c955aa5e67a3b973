import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import { type AgentKeys, OneKeyAgent, signatureOf } from './agent.ts'
import type { HostTime } from './host-time.ts'
import { type Identity, publicKeyOf } from './identity.ts'
import type { Passphrases } from './passphrases.ts'
import type { Target } from './target.ts'

/** A key to log in with. */
export interface Key {
  /** Its file; undefined: one of the agent's own. */
  readonly file?: string
  /** How ssh2 is to offer it; undefined: it cannot be used after all. */
  offer(): Promise<Offer | undefined>
}

export interface Offer {
  readonly method: AnyAuthMethod
  /** Set where ssh2 does not tell what the server said to the key. */
  readonly agent?: OneKeyAgent
}

/** The keys that a host is offered, and why others are not among them. */
export interface Keys {
  readonly keys: readonly Key[]
  readonly leftOut: string[]
}

export interface KeySources {
  readonly target: Target
  readonly identities: readonly Identity[]
  readonly agent: AgentKeys | Error | undefined
  /** Agents are passed over but for keys that identity files name. */
  readonly identitiesOnly: boolean
  readonly passphrases: Passphrases
  readonly time: HostTime
}

/** As OpenSSH does: keys of the agent that identity files name, the agent's other ones, then those in files. */
export function keysOf({ target, identities, agent, identitiesOnly, passphrases, time }: KeySources): Keys {
  const held = isAgent(agent) ? agent.keys.map((key) => ({ key, blob: key.getPublicSSH() })) : []
  const holds = (identity: Identity) => {
    const blob = publicKeyOf(identity)
    return blob && held.find((each) => each.blob.equals(blob))
  }
  const named = identities.flatMap((identity) => {
    const own = holds(identity)
    return own && isAgent(agent) ? [{ key: own.key, file: identity.file }] : []
  })
  const others = identitiesOnly
    ? []
    : held.filter(({ key }) => !named.some((each) => each.key === key)).map(({ key }) => ({ key }))
  const leftOut = agent instanceof Error ? [agent.message] : []
  if (isAgent(agent) && !identitiesOnly) leftOut.push(...new Set(agent.beyond))
  const fromAgent = isAgent(agent)
    ? [...named, ...others].map(({ key, ...file }) => agentKey(target, agent, key, file))
    : []
  const fromFiles = identities
    .filter((identity) => !holds(identity))
    .flatMap((identity): Key[] => {
      const reason = reasonAgainst(identity, target, agent)
      if (reason !== undefined) leftOut.push(reason)
      if (identity.status === 'ready') return [readyKey(target, identity.file, identity.key)]
      if (identity.status !== 'encrypted') return []
      const { numberOfPasswordPrompts, batchMode } = target.settings
      const unlock = async (): Promise<ParsedKey | Error> => {
        const key = batchMode
          ? new Error(`${identity.file} is encrypted, and BatchMode asks nobody`)
          : await time.standing(() => passphrases.unlock(identity, numberOfPasswordPrompts))
        if (key instanceof Error && !leftOut.includes(key.message)) leftOut.push(key.message)
        return key
      }
      return [lockedKey(target, identity.file, identity.publicKey, unlock)]
    })
  return { keys: [...fromAgent, ...fromFiles], leftOut }
}

function agentKey(target: Target, { agent }: AgentKeys, key: ParsedKey, file: { file?: string }): Key {
  return { ...file, offer: async () => byAgent(target, new OneKeyAgent(key, signatureOf(agent, key))) }
}

function readyKey({ user }: Target, file: string, key: ParsedKey): Key {
  return { file, offer: async () => ({ method: { type: 'publickey', username: user, key } }) }
}

/** A person is asked when the server has taken the public half; where that cannot be told, before. */
function lockedKey(
  target: Target,
  file: string,
  publicKey: ParsedKey | undefined,
  unlock: () => Promise<ParsedKey | Error>,
): Key {
  const sign = async (data: Buffer, { hash }: { hash?: string }): Promise<Buffer> => {
    const key = await unlock()
    if (key instanceof Error) throw key
    return key.sign(data, hash)
  }
  return {
    file,
    offer: async () => {
      if (publicKey) return byAgent(target, new OneKeyAgent(publicKey, sign))
      const key = await unlock()
      return key instanceof Error ? undefined : readyKey(target, file, key).offer()
    },
  }
}

const byAgent = ({ user }: Target, agent: OneKeyAgent): Offer => ({
  method: { type: 'agent', username: user, agent },
  agent,
})

export function isAgent(agent: AgentKeys | Error | undefined): agent is AgentKeys {
  return agent !== undefined && !(agent instanceof Error)
}

function reasonAgainst(
  identity: Identity,
  { settings }: Target,
  agent: AgentKeys | Error | undefined,
): string | undefined {
  const { file, status } = identity
  if (status === 'unusable') return `${file}: ${identity.reason}`
  // Of the usual ones most are not there.
  if (status === 'missing')
    return settings.identityFiles?.includes(file) ? `${file} does not exist` : undefined
  if (status !== 'public') return undefined
  return isAgent(agent) ? `the agent does not hold ${file}` : `no agent is running for ${file}`
}
