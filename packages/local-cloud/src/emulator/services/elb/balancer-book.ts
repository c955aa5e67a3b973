import type { Balancers } from '../../hardware/balancers.ts'
import type { Handlers } from '../../service.ts'
import { AwsError } from '../../service.ts'
import type { Store } from '../../store.ts'
import type { Certificates } from '../acm/certificates.ts'
import { required } from '../constraint.ts'
import type { Compute, ComputeInstance } from '../ec2/compute.ts'
import { specOf } from './balancer-spec.ts'
import type { LoadBalancer } from './load-balancer.ts'
import { RoutedTargets } from './routed-targets.ts'
import { Turns } from './turns.ts'

/** The handlers of the classic Elastic Load Balancing API. */
export type ElbHandlers = Handlers<typeof import('@aws-sdk/client-elastic-load-balancing')>

/** What the service stands on. */
export interface ElbParts {
  readonly store: Store
  readonly balancers: Balancers
  readonly compute: Compute
  readonly certificates: Certificates
  /** Hears of what goes wrong behind an answer that was given already. */
  readonly report: (error: unknown) => void
}

interface Slice {
  readonly balancers: Record<string, LoadBalancer>
}

/** The load balancers on record, and the proxies that do as the records say. */
export class BalancerBook {
  readonly #store: Store
  readonly #hardware: Balancers
  readonly #compute: Compute
  readonly #certificates: Certificates
  readonly #report: ElbParts['report']
  readonly #records: Record<string, LoadBalancer>
  readonly #targets: RoutedTargets
  readonly #turns = new Turns()

  constructor(parts: ElbParts) {
    this.#store = parts.store
    this.#hardware = parts.balancers
    this.#compute = parts.compute
    this.#certificates = parts.certificates
    this.#report = parts.report
    this.#targets = new RoutedTargets(parts.balancers.groups)
    this.#records = parts.store.slice<Slice>('elasticloadbalancing', () => ({ balancers: {} })).balancers
  }

  all(): LoadBalancer[] {
    return Object.values(this.#records).sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#records, name)
  }

  /** @throws AwsError `LoadBalancerNotFound`. */
  find(name: string | undefined): LoadBalancer {
    const asked = required(name, 'loadBalancerName')
    const found = this.has(asked) ? this.#records[asked] : undefined
    if (found === undefined) {
      throw new AwsError('LoadBalancerNotFound', `There is no ACTIVE Load Balancer named '${asked}'`)
    }
    return found
  }

  save(): void {
    this.#store.save()
  }

  /** Opens a new load balancer's proxy and puts it on record; answers the one that has the name already, if so. */
  async open(asked: LoadBalancer): Promise<LoadBalancer> {
    await this.#turns.take(asked.name, async () => {
      if (this.has(asked.name)) return
      const { address } = await this.#hardware.open(specOf(asked, this.#certificates))
      this.#targets.begin(asked.name)
      this.#records[asked.name] = { ...asked, address }
      this.save()
    })
    return this.find(asked.name)
  }

  /** Takes a load balancer off the record and closes its proxy. */
  async close(name: string): Promise<void> {
    if (!this.has(name)) return
    delete this.#records[name]
    this.save()
    await this.#turns.take(name, async () => {
      this.#targets.forget(name)
      await this.#hardware.close(name)
    })
  }

  /** Changes a load balancer: the proxy first, so that what it refuses is not on record. */
  async change(name: string | undefined, patchOf: (balancer: LoadBalancer) => Partial<LoadBalancer>) {
    const balancer = this.find(name)
    await this.#turns.take(balancer.name, async () => {
      const patch = patchOf(balancer)
      await this.#hardware.configure(specOf({ ...balancer, ...patch }, this.#certificates))
      Object.assign(balancer, patch)
      this.#route(balancer)
    })
    this.save()
    return balancer
  }

  /**
   * Registers instances; those that are registered already are passed over.
   *
   * @throws AwsError `InvalidInstance` for an id that EC2 does not run.
   */
  async register(name: string | undefined, ids: readonly string[]): Promise<LoadBalancer> {
    const balancer = this.find(name)
    for (const id of ids) this.findInstance(id)
    balancer.instances = [...new Set([...balancer.instances, ...ids])]
    this.save()
    await this.#turns.take(balancer.name, async () => this.#route(balancer))
    return balancer
  }

  /** Deregisters instances; requests in flight drain behind this. */
  async deregister(name: string | undefined, ids: readonly string[]): Promise<LoadBalancer> {
    const balancer = this.find(name)
    const gone = new Set(ids)
    balancer.instances = balancer.instances.filter((id) => !gone.has(id))
    this.save()
    await this.#turns.take(balancer.name, async () => this.#route(balancer))
    return balancer
  }

  /** @throws AwsError `InvalidInstance`. */
  findInstance(id: string): ComputeInstance {
    const found = this.#compute.describe([id])[0]
    if (found === undefined || found.state === 'terminated') {
      throw new AwsError('InvalidInstance', `Could not find EC2 instance ${id}.`)
    }
    return found
  }

  /** Opens the proxies of an earlier cloud process again, at their addresses and with their instances. */
  async restore(): Promise<void> {
    for (const balancer of this.all()) {
      await this.#turns.take(balancer.name, async () => {
        balancer.address = await this.#reopen(balancer)
        this.#targets.begin(balancer.name)
        this.#route(balancer)
      })
    }
    this.save()
  }

  /** At the old address, or at a new one when something else has taken that: names lead there all the same. */
  async #reopen(balancer: LoadBalancer): Promise<string> {
    const spec = specOf(balancer, this.#certificates)
    try {
      return (await this.#hardware.open(spec, balancer.address)).address
    } catch (error) {
      this.#report(error)
      return (await this.#hardware.open(spec)).address
    }
  }

  /** Makes the proxy route to the registered instances in the load balancer's zones, and to no others. */
  #route(balancer: LoadBalancer): void {
    const wanted = this.#compute
      .describe(balancer.instances)
      .filter(
        ({ state, availabilityZone }) => state !== 'terminated' && balancer.zones.includes(availabilityZone),
      )
    this.#targets.route(
      balancer.name,
      wanted.map(({ id, address }) => ({ id, address })),
    )
  }
}
