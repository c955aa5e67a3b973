import { homedir } from 'node:os'
import { ViridianError } from '../../error.ts'
import { localSide } from '../ssh-config/local-side.ts'
import { type JumpHost, parseProxyJump } from '../ssh-config/proxy-jump.ts'
import { SshConfig } from '../ssh-config/resolve.ts'
import type { SshSettings } from '../ssh-config/settings.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import { jumpTargetOf, type Target, targetOf } from './target.ts'

/** Finds out how hosts are reached: from what they say, from their stage, and from ssh_config. */
export class Targets {
  readonly #configs = new Map<string | false | undefined, SshConfig>()

  /** @throws ViridianError `E_SSH_CONFIG`, `E_SSH_TRANSPORT` for what only the system's `ssh` can do */
  async of(spec: HostSpec, defaults: SshDefaults): Promise<Target> {
    const { name, address = name } = spec
    const user = spec.user ?? defaults.user
    const port = spec.port ?? defaults.port
    const settings = await this.#settings(defaults, { host: address, user, port })
    const said = spec.proxyJump ?? defaults.proxyJump
    const hops = said === undefined ? jumpsOf(name, settings) : parseProxyJump(said)
    const start = textOf({
      host: settings.hostName,
      user: user ?? settings.user,
      port: port ?? settings.port,
    })
    return targetOf(spec, defaults, settings, await this.#way(hops, defaults, [start]))
  }

  /** What there is to know of a host to whom another program finds the way. */
  async ofItself(spec: HostSpec, defaults: SshDefaults): Promise<Target> {
    const { name, address = name } = spec
    const user = spec.user ?? defaults.user
    const port = spec.port ?? defaults.port
    return targetOf(spec, defaults, await this.#settings(defaults, { host: address, user, port }))
  }

  /** The last host of a chain, which the others lead to. Only the first one goes its own way: that to the others is told. */
  async #way(
    hops: readonly JumpHost[],
    defaults: SshDefaults,
    behind: readonly string[],
  ): Promise<Target | undefined> {
    let via: Target | undefined
    for (const hop of hops) {
      const name = `jump host ${textOf(hop)}`
      const settings = await this.#settings(defaults, hop)
      const itself = textOf({ host: settings.hostName, user: settings.user, port: settings.port })
      const passed = [...behind, itself]
      if (behind.includes(itself)) throw loop(passed)
      via ??= await this.#way(jumpsOf(name, settings), defaults, passed)
      via = jumpTargetOf(name, defaults, settings, via)
    }
    return via
  }

  #settings(
    { config }: SshDefaults,
    { host, user, port }: { host: string; user?: string | undefined; port?: number | undefined },
  ): Promise<SshSettings> {
    const files =
      this.#configs.get(config) ??
      new SshConfig({
        ...(config !== undefined && { config }),
        // Unlike OpenSSH, and like all else here: HOME decides where home is.
        local: { ...localSide(), home: homedir() },
      })
    this.#configs.set(config, files)
    return files.resolve({ host, ...(user !== undefined && { user }), ...(port !== undefined && { port }) })
  }
}

function jumpsOf(name: string, settings: SshSettings): readonly JumpHost[] {
  if (settings.proxyCommand === undefined) return settings.proxyJump
  throw new ViridianError(
    'E_SSH_TRANSPORT',
    `${name} is reached by a ProxyCommand, which only the system's ssh runs: ${settings.proxyCommand}`,
    { hint: "give it transport: 'openssh', or a ProxyJump in its place", place: { host: name } },
  )
}

function textOf({ host, user, port }: { host: string; user?: string; port?: number }): string {
  const name = host.includes(':') ? `[${host}]` : host
  return `${user === undefined ? '' : `${user}@`}${name}${port === undefined ? '' : `:${port}`}`
}

function loop(passed: readonly string[]): ViridianError {
  const way = [...passed].reverse().join(', then ')
  return new ViridianError('E_SSH_CONFIG', `the way to ${passed[0]} leads in a circle: ${way}`, {
    hint: 'say ProxyJump none for the first jump host in ssh_config, above what holds for all hosts',
  })
}
