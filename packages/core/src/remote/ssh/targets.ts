import { ViridianError } from '../../error.ts'
import { type LocalSide, localSide } from '../ssh-config/local-side.ts'
import { type JumpHost, parseProxyJump } from '../ssh-config/proxy-jump.ts'
import { SshConfig } from '../ssh-config/resolve.ts'
import type { SshSettings } from '../ssh-config/settings.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import { type Asked, jumpTargetOf, type Target, targetOf } from './target.ts'

/** Finds out how hosts are reached: from what they say, from their stage, and from ssh_config. */
export class Targets {
  readonly #configs = new Map<string | false | undefined, SshConfig>()
  readonly #local: LocalSide

  constructor(local: LocalSide = localSide()) {
    this.#local = local
  }

  /** @throws ViridianError `E_SSH_CONFIG` */
  async of(spec: HostSpec, defaults: SshDefaults, signal?: AbortSignal): Promise<Target> {
    const { name, address = name } = spec
    const asked = { host: address, user: spec.user ?? defaults.user, port: spec.port ?? defaults.port }
    const settings = await this.#settings(defaults, asked, signal)
    const said = spec.proxyJump ?? defaults.proxyJump
    const start = textOf({
      host: settings.hostName,
      user: asked.user ?? settings.user,
      port: asked.port ?? settings.port,
    })
    const hops = said === undefined ? settings.proxyJump : parseProxyJump(said)
    const proxyCommand = said === undefined ? settings.proxyCommand : undefined
    const via = await this.#way(hops, defaults, [start], signal)
    return targetOf(spec, defaults, { asked, home: this.#local.home, settings, via, proxyCommand })
  }

  /** The last host of a chain, which the others lead to. Only the first one goes its own way: that to the others is told. */
  async #way(
    hops: readonly JumpHost[],
    defaults: SshDefaults,
    behind: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Target | undefined> {
    let via: Target | undefined
    for (const hop of hops) {
      const name = `jump host ${textOf(hop)}`
      const settings = await this.#settings(defaults, hop, signal)
      const itself = textOf({ host: settings.hostName, user: settings.user, port: settings.port })
      const passed = [...behind, itself]
      if (behind.includes(itself)) throw loop(passed)
      const proxyCommand = via === undefined ? settings.proxyCommand : undefined
      via ??= await this.#way(settings.proxyJump, defaults, passed, signal)
      via = jumpTargetOf(name, defaults, {
        asked: hop,
        home: this.#local.home,
        settings,
        via,
        proxyCommand,
      })
    }
    return via
  }

  #settings(
    { config }: SshDefaults,
    { host, user, port }: Asked,
    signal: AbortSignal | undefined,
  ): Promise<SshSettings> {
    const files =
      this.#configs.get(config) ??
      new SshConfig({
        ...(config !== undefined && { config }),
        local: this.#local,
      })
    this.#configs.set(config, files)
    const query = { host, ...(user !== undefined && { user }), ...(port !== undefined && { port }) }
    return files.resolve(query, signal)
  }
}

function textOf({ host, user, port }: Asked): string {
  const name = host.includes(':') ? `[${host}]` : host
  return `${user === undefined ? '' : `${user}@`}${name}${port === undefined ? '' : `:${port}`}`
}

function loop(passed: readonly string[]): ViridianError {
  const way = [...passed].reverse().join(', then ')
  return new ViridianError('E_SSH_CONFIG', `the way to ${passed[0]} leads in a circle: ${way}`, {
    hint: 'say ProxyJump none for the first jump host in ssh_config, above what holds for all hosts',
  })
}
