import type { RoleSpec } from '../config/config.ts'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import type { HostSpec } from '../remote/transport.ts'

const asHost = (host: string | HostSpec): HostSpec => (typeof host === 'string' ? parseHost(host) : host)

/** `user@name:port`, each part but the name may be missing. */
export function parseHost(text: string): HostSpec {
  const [, user, name = text, port] = /^(?:([^@]+)@)?(.+?)(?::(\d+))?$/.exec(text) ?? []
  return { name, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) }
}

/** Which hosts stand under which role, as configured and as assigned during a run. */
export class Roles {
  readonly #configured: ReadonlyMap<string, RoleSpec>
  readonly #assigned = new Map<string, readonly HostSpec[]>()

  constructor(configured: Readonly<Record<string, RoleSpec>>) {
    this.#configured = new Map(Object.entries(configured))
  }

  get names(): readonly string[] {
    return [...new Set([...this.#configured.keys(), ...this.#assigned.keys()])]
  }

  assign(role: string, hosts: readonly HostSpec[]): void {
    this.#assigned.set(role, hosts)
  }

  /** @throws ViridianError `E_ROLE_UNKNOWN`, `E_ROLE_EMPTY` */
  async resolve(role: string): Promise<readonly HostSpec[]> {
    const hosts = this.#assigned.get(role) ?? (await this.#find(role))
    if (hosts.length > 0) return hosts
    throw new ViridianError('E_ROLE_EMPTY', `role "${role}" matched no hosts`, {
      hint: 'run "tasks roles" to see what each role resolves to',
    })
  }

  async #find(role: string): Promise<readonly HostSpec[]> {
    const spec = this.#configured.get(role)
    if (spec === undefined) {
      const near = suggestion(role, this.names)
      throw new ViridianError(
        'E_ROLE_UNKNOWN',
        `there is no role "${role}", and none was assigned in this run`,
        {
          hint: near ?? 'roles are defined in the config\'s "roles", or by t.assign during a run',
        },
      )
    }
    return (typeof spec === 'function' ? await spec() : spec).map(asHost)
  }
}
