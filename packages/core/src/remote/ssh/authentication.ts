import type { OpenSSHAgent } from 'ssh2'
import type { Ask } from '../terminal/prompt.ts'
import { type AgentKeys, probeAgent } from './agent.ts'
import type { HostTime } from './host-time.ts'
import { Identities, type Identity } from './identity.ts'
import { isAgent, keysOf } from './keys.ts'
import { Login } from './login.ts'
import { lockedFile, uselessFile } from './login-error.ts'
import { Passphrases } from './passphrases.ts'
import { Passwords } from './passwords.ts'
import type { Target } from './target.ts'

/** Knows what a user logs in with: identity files, agents' keys, passwords, each read or asked for once a run. */
export class Authentication {
  readonly #ask: Ask
  readonly #identities = new Identities()
  readonly #passphrases: Passphrases
  readonly #passwords: Passwords
  readonly #agents = new Map<string, Promise<AgentKeys | Error>>()

  constructor(ask: Ask) {
    this.#ask = ask
    this.#passphrases = new Passphrases(ask)
    this.#passwords = new Passwords(ask)
  }

  /** @throws ViridianError `E_IDENTITY_FILE` when the only key that the host names is of no use */
  async login(target: Target, time: HostTime): Promise<Login> {
    const { identityFile, settings } = target
    const agent = await this.#agent(target)
    const only = identityFile === undefined ? undefined : await this.#identities.get(identityFile)
    if (only?.status === 'missing' || only?.status === 'unusable') throw uselessFile(target, only)
    const identities: readonly Identity[] = only
      ? [only]
      : await Promise.all(target.identityFiles.map((file) => this.#identities.get(file)))
    const identitiesOnly = only !== undefined || settings.identitiesOnly
    const { keys, leftOut } = keysOf({
      target,
      identities,
      // An agent that does not answer is no reason while the host's own key does.
      agent: only?.status === 'ready' && !isAgent(agent) ? undefined : agent,
      identitiesOnly,
      passphrases: this.#passphrases,
      time,
    })
    if (only?.status === 'public' && keys.length === 0) throw lockedFile(target, only.file, agent)
    // As with OpenSSH, those beside keys count while none is named.
    const { certificateFiles } = settings
    const certificates =
      certificateFiles.length > 0
        ? certificateFiles
        : identities.flatMap(({ certificate }) => certificate ?? [])
    leftOut.push(...certificates.map((file) => `${file} is a certificate, which takes transport: 'openssh'`))
    return new Login({
      target,
      time,
      keys: settings.pubkeyAuthentication ? keys : [],
      leftOut,
      passwords: this.#passwords.for(target, time),
      ask: this.#ask,
    })
  }

  /** The agent to forward to a host; undefined: none. */
  async forwardedAgent({ settings }: Target): Promise<OpenSSHAgent | undefined> {
    const { forwardAgent } = settings
    if (forwardAgent === false) return undefined
    const path = forwardAgent === true ? process.env.SSH_AUTH_SOCK : forwardAgent
    const agent = await this.#probe(path)
    return isAgent(agent) ? agent.agent : undefined
  }

  #agent({ settings }: Target): Promise<AgentKeys | Error | undefined> {
    const { identityAgent } = settings
    return this.#probe(identityAgent === 'none' ? undefined : (identityAgent ?? process.env.SSH_AUTH_SOCK))
  }

  async #probe(path: string | undefined): Promise<AgentKeys | Error | undefined> {
    if (path === undefined || path === '') return undefined
    const probed = this.#agents.get(path) ?? probeAgent(path)
    this.#agents.set(path, probed)
    return probed
  }
}
