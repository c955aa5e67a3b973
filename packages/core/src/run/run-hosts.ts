import type { Event } from '../events/event.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { StepContext } from '../step/definition.ts'
import type { Engine } from '../step/engine.ts'
import { asJson } from '../step/performance.ts'
import { choiceText, type HostChoice } from '../task/host-choice.ts'
import type { Roles } from '../task/roles.ts'

export interface RunHostsOptions {
  readonly roles: Roles
  readonly choice: HostChoice | undefined
  /** Those that an earlier process of the run has called each remote task on. */
  readonly past: ReadonlyMap<string, readonly HostSpec[]>
  readonly engine: Engine
  readonly emit: (event: Event) => void
  /** Roles may be read from the account that it leads to; some commands look at them outside of a task. */
  readonly openStage: () => Promise<unknown>
  /** What functions that find hosts are handed, for a step of this key. */
  readonly context: (key: string) => StepContext
}

/** The hosts of a run: what its roles lead to, recorded where a resumed run has to find the same. */
export class RunHosts {
  readonly #options: RunHostsOptions
  #roles: Roles

  constructor(options: RunHostsOptions) {
    this.#options = options
    this.#roles = options.roles
  }

  /** The names of the roles that are configured or assigned. */
  get roles(): readonly string[] {
    return this.#roles.names
  }

  /** What another one's roles lead to, and are assigned from now on, holds here too. */
  share(other: RunHosts): void {
    this.#roles = other.#roles
  }

  /** @param key - of what asks for them */
  async of(role: string, key: string): Promise<readonly HostSpec[]> {
    const { openStage, context } = this.#options
    await openStage()
    return this.#roles.resolve(role, context(key))
  }

  /** Those that a call of a task lists. */
  async listed(
    list: readonly (string | HostSpec)[],
    what: string,
    key: string,
  ): Promise<readonly HostSpec[]> {
    return this.#roles.listed(list, what, this.#options.context(key))
  }

  assign(role: string, hosts: readonly HostSpec[]): void {
    const { choice, emit, engine } = this.#options
    if (choice !== undefined) {
      const text = `role "${role}" is filled by the run itself, and stays whole: ${choiceText(choice)} is for other roles`
      emit({ kind: 'note', level: 'warning', text })
    }
    this.#roles.assign(role, hosts)
    const at = new Date().toISOString()
    // Records are written in their order: nothing that follows has to wait for this one.
    engine
      .record({ kind: 'role.assigned', at, role, hosts: asJson(hosts) })
      .catch((error: unknown) => engine.fail(error))
  }

  /** Whether the run has filled a role itself. */
  isAssigned(role: string): boolean {
    return this.#roles.isAssigned(role)
  }

  /** The hosts that a remote task is called on; a resumed run goes on with those that it was called on first. */
  async calledOn(key: string, find: () => Promise<readonly HostSpec[]>): Promise<readonly HostSpec[]> {
    const { past, engine } = this.#options
    const before = past.get(key)
    if (before !== undefined) return before
    const hosts = await find()
    const at = new Date().toISOString()
    engine.record({ kind: 'task.hosts', key, at, hosts }).catch((error: unknown) => engine.fail(error))
    return hosts
  }
}
