import type { BalancerTarget } from '../../hardware/target-groups.ts'
import { AwsError, type Handlers } from '../../service.ts'
import { validationError } from '../constraint.ts'
import type { ComputeInstance } from '../ec2/compute.ts'
import type { ElbParts } from '../elb/balancer-book.ts'
import { RoutedTargets } from '../elb/routed-targets.ts'
import { Turns } from '../elb/turns.ts'
import { groupsOf } from './actions.ts'
import type { ListenerRecord, LoadBalancer } from './load-balancer.ts'
import { balancerOf } from './names.ts'
import { groupSpecOf, specOf } from './spec.ts'
import type { RegisteredTarget, TargetGroup } from './target-group.ts'
import { TrustStoreBook } from './trust-store-book.ts'

/** The handlers of the Elastic Load Balancing API of Application and Network Load Balancers. */
export type Elbv2Handlers = Handlers<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>

interface Slice {
  readonly balancers: Record<string, LoadBalancer>
  readonly groups: Record<string, TargetGroup>
}

/** The load balancers and target groups on record, and the proxies that do as the records say. */
export class Elbv2Book {
  readonly #parts: ElbParts
  readonly #slice: Slice
  readonly #targets: RoutedTargets
  readonly #turns = new Turns()
  readonly trustStores: TrustStoreBook

  constructor(parts: ElbParts) {
    this.#parts = parts
    this.trustStores = new TrustStoreBook(parts.store)
    this.#targets = new RoutedTargets(parts.balancers.groups)
    this.#slice = parts.store.slice<Slice>('elasticloadbalancing-v2', () => ({ balancers: {}, groups: {} }))
  }

  save(): void {
    this.#parts.store.save()
  }

  balancers(): LoadBalancer[] {
    return byName(this.#slice.balancers)
  }

  groups(): TargetGroup[] {
    return byName(this.#slice.groups)
  }

  balancer(arn: string): LoadBalancer | undefined {
    return Object.hasOwn(this.#slice.balancers, arn) ? this.#slice.balancers[arn] : undefined
  }

  group(arn: string): TargetGroup | undefined {
    return Object.hasOwn(this.#slice.groups, arn) ? this.#slice.groups[arn] : undefined
  }

  /** @throws AwsError `LoadBalancerNotFound`. */
  findBalancer(arn = ''): LoadBalancer {
    if (!arn.includes(':loadbalancer/')) throw validationError(`'${arn}' is not a valid load balancer ARN`)
    const found = this.balancer(arn)
    if (found === undefined) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${arn}]' not found`)
    return found
  }

  /** @throws AwsError `TargetGroupNotFound`. */
  findGroup(arn = ''): TargetGroup {
    if (!arn.includes(':targetgroup/')) throw validationError(`'${arn}' is not a valid target group ARN`)
    const found = this.group(arn)
    if (found === undefined) throw new AwsError('TargetGroupNotFound', `Target groups '[${arn}]' not found`)
    return found
  }

  /** @throws AwsError `ListenerNotFound`. */
  findListener(arn = ''): { readonly balancer: LoadBalancer; readonly listener: ListenerRecord } {
    if (!arn.includes(':listener/')) throw validationError(`'${arn}' is not a valid listener ARN`)
    const balancer = this.balancer(balancerOf(arn))
    const listener = balancer?.listeners.find((each) => each.arn === arn)
    if (balancer === undefined || listener === undefined)
      throw new AwsError('ListenerNotFound', `One or more listeners not found: '${arn}'`)
    return { balancer, listener }
  }

  /** The load balancer whose rules lead to a group. */
  userOf(group: string): LoadBalancer | undefined {
    return this.balancers().find((balancer) => groupsOf(balancer.listeners).includes(group))
  }

  /** Opens a new load balancer's proxy and puts it on record; answers the one that has the name already, if so. */
  async open(asked: LoadBalancer): Promise<LoadBalancer> {
    const present = (): LoadBalancer | undefined => this.balancers().find(({ name }) => name === asked.name)
    await this.#turns.take(every, async () => {
      if (present() !== undefined) return
      const { address } = await this.#parts.balancers.open(this.#specOf(asked))
      this.#slice.balancers[asked.arn] = { ...asked, address }
      this.save()
    })
    return present() ?? this.findBalancer(asked.arn)
  }

  /** Takes a load balancer off the record and closes its proxy. */
  async close(arn: string): Promise<void> {
    await this.#turns.take(every, async () => {
      if (this.balancer(arn) === undefined) return
      delete this.#slice.balancers[arn]
      this.save()
      this.#routeAll()
      await this.#parts.balancers.close(arn)
    })
  }

  /** Changes a load balancer: the proxy first, so that what it refuses is not on record. */
  async change(
    arn: string,
    patchOf: (balancer: LoadBalancer) => Partial<LoadBalancer>,
  ): Promise<LoadBalancer> {
    await this.#turns.take(every, async () => {
      const balancer = this.findBalancer(arn)
      const patch = patchOf(balancer)
      await this.#parts.balancers.configure(this.#specOf({ ...balancer, ...patch }))
      Object.assign(balancer, patch)
      this.#routeAll()
    })
    this.save()
    return this.findBalancer(arn)
  }

  /** Changes a listener as it is when its turn has come; without a result it goes. */
  async changeListener(
    arn: string,
    changed: (listener: ListenerRecord) => ListenerRecord | undefined,
  ): Promise<void> {
    await this.change(this.findListener(arn).balancer.arn, ({ listeners }) => {
      const { listener } = this.findListener(arn)
      const after = changed(listener)
      return { listeners: listeners.flatMap((each) => (each === listener ? (after ?? []) : [each])) }
    })
  }

  openGroup(group: TargetGroup): void {
    this.#parts.balancers.groups.open(groupSpecOf(group))
    this.#targets.begin(group.arn)
    this.#slice.groups[group.arn] = group
    this.save()
  }

  /** @throws AwsError `ResourceInUse` while a listener leads there. */
  async closeGroup(arn: string): Promise<void> {
    await this.#turns.take(every, async () => {
      if (this.userOf(arn) !== undefined)
        throw new AwsError(
          'ResourceInUse',
          `Target group '${arn}' is currently in use by a listener or a rule`,
        )
      if (this.group(arn) === undefined) return
      delete this.#slice.groups[arn]
      this.#targets.forget(arn)
      this.#parts.balancers.groups.close(arn)
      this.save()
    })
  }

  /** Changes a group, and how its load balancer goes by it. */
  async changeGroup(group: TargetGroup, patch: Partial<TargetGroup>): Promise<void> {
    this.#parts.balancers.groups.configure(groupSpecOf({ ...group, ...patch }))
    Object.assign(group, patch)
    this.save()
    const user = this.userOf(group.arn)
    if (user !== undefined) await this.change(user.arn, () => ({}))
  }

  /** Registers targets; those that are registered already are passed over. */
  register(group: TargetGroup, targets: readonly RegisteredTarget[]): void {
    const added = targets.filter((target) => !group.targets.some((other) => isSame(other, target)))
    group.targets = [...group.targets, ...added]
    this.save()
    this.#route(group)
  }

  /** Deregisters targets; requests in flight drain behind this. */
  deregister(group: TargetGroup, targets: readonly RegisteredTarget[]): void {
    group.targets = group.targets.filter((target) => !targets.some((gone) => isSame(gone, target)))
    this.save()
    this.#route(group)
  }

  /** To be called when an instance's state has changed. */
  instanceChanged({ id, state }: ComputeInstance): void {
    for (const group of this.groups()) {
      const targets = group.targets.filter((target) => target.id === id)
      if (targets.length === 0) continue
      if (state === 'terminated') this.deregister(group, targets)
      else this.#route(group)
    }
  }

  /** The instance of a target as a group's load balancer sees it. */
  instance(id: string): ComputeInstance | undefined {
    return this.#parts.compute.describe([id])[0]
  }

  /** Opens the proxies of an earlier cloud process again, at their addresses and with their targets. */
  async restore(): Promise<void> {
    for (const group of this.groups()) {
      this.#parts.balancers.groups.open(groupSpecOf(group))
      this.#targets.begin(group.arn)
    }
    for (const balancer of this.balancers()) balancer.address = await this.#reopen(balancer)
    this.#routeAll()
    this.save()
  }

  /** At the old address, or at a new one when something else has taken that: names lead there all the same. */
  async #reopen(balancer: LoadBalancer): Promise<string> {
    const { balancers, report } = this.#parts
    const spec = this.#specOf(balancer)
    try {
      return (await balancers.open(spec, balancer.address)).address
    } catch (error) {
      report(error)
      return (await balancers.open(spec)).address
    }
  }

  #specOf(balancer: LoadBalancer): ReturnType<typeof specOf> {
    return specOf(balancer, (arn) => this.findGroup(arn), this.#parts.certificates)
  }

  #routeAll(): void {
    for (const group of this.groups()) this.#route(group)
  }

  /** Makes the proxy route to the targets that it may: running, in the load balancer's zones, of a group that is used. */
  #route(group: TargetGroup): void {
    const zones = this.userOf(group.arn)?.zones.map(({ name }) => name) ?? []
    const wanted = group.targets.flatMap((target): BalancerTarget[] => {
      const instance = this.instance(target.id)
      const isAsked = instance?.state === 'running' && zones.includes(instance.availabilityZone)
      return instance !== undefined && isAsked ? [{ ...target, address: instance.address }] : []
    })
    this.#targets.route(group.arn, wanted)
  }
}

/** All take turns together: what a listener may lead to depends on every other one. */
const every = 'every balancer'

function isSame(one: RegisteredTarget, other: RegisteredTarget): boolean {
  return one.id === other.id && one.port === other.port
}

function byName<Thing extends { readonly name: string }>(things: Readonly<Record<string, Thing>>): Thing[] {
  return Object.values(things).sort((one, other) => (one.name < other.name ? -1 : 1))
}
