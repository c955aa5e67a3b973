/**
 * What stands below the services: real processes, real sockets. The services (EC2, Auto Scaling, …) keep AWS's
 * records and rules and ask the hardware for the rest; the hardware knows nothing of AWS's protocols.
 */

/** A computer: a directory, an SSH server and the services' processes on a loopback address of its own. */
export interface MachineSpec {
  /** The instance's id, `i-…`: also the name of its directory. */
  readonly id: string
  /** The image to copy the disk from, `ami-…`. */
  readonly image: string
  /** Decoded user data; run at the first boot of this machine. */
  readonly userData?: string
  /** Public keys in authorized_keys form that may log in. */
  readonly authorizedKeys: readonly string[]
}

export interface Machine {
  readonly id: string
  /** The loopback address that is this machine's own. Known as soon as `create` resolves. */
  readonly address: string
  /** The port of its SSH server. */
  readonly sshPort: number
}

export interface Machines {
  /** Copies the image's disk and takes an address; the machine does not run yet. */
  create(spec: MachineSpec): Promise<Machine>
  /** Boots: SSH server up, user data at the first boot, enabled services started. Resolves when user data has ended. */
  boot(id: string): Promise<void>
  /** Stops the SSH server and every process; the disk stays. */
  halt(id: string): Promise<void>
  /** As `halt`, and the disk and the address are given back. */
  destroy(id: string): Promise<void>
  /** Copies a machine's disk, running or not, to a new image. */
  snapshot(id: string, image: string): Promise<void>
  /** Makes an image from a directory's content (or an empty one). */
  importImage(image: string, directory?: string): Promise<void>
  deleteImage(image: string): Promise<void>
  /** Whether there is the disk of an image. */
  hasImage(image: string): boolean
  /** What the serial console shows: boot messages, and SSH host keys and fingerprints as cloud-init prints them. */
  consoleOutput(id: string): string
  /** True while the machine's SSH server runs. */
  isRunning(id: string): boolean
  /** Tells when somebody on a machine asks for its reboot. */
  onReboot(listen: (id: string) => void): void
  /** Removes the disks of machines and images that an earlier cloud has left, but for those named here. */
  clear(kept: { readonly machines: readonly string[]; readonly images: readonly string[] }): Promise<void>
  /** Brings a machine's records back after the cloud itself was restarted (directory and address are as before). */
  adopt(spec: MachineSpec, machine: Machine): Promise<void>
}

/** The health check of targets; times are AWS seconds. */
export interface HealthCheck {
  /** `HTTP:8080/health`, `TCP:8080`, `HTTPS:…`, `SSL:…`; `HTTP:traffic-port/health`: where a target has its traffic. */
  readonly target: string
  readonly interval: number
  readonly timeout: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** So many checks in a row make a new target healthy. @default healthyThreshold */
  readonly firstThreshold?: number
  /** The statuses that are healthy, as `200-299,301`. @default '200' */
  readonly matcher?: string
  /** As whom the check asks. @default 'ELB-HealthChecker/1.0' */
  readonly agent?: string
}

export type BalancedProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'SSL'

/** A listener of a classic balancer: what it takes goes to the balancer's own targets. */
export interface Listener {
  readonly protocol: BalancedProtocol
  readonly port: number
  readonly instanceProtocol: BalancedProtocol
  readonly instancePort: number
  /** As whom an HTTPS or SSL listener speaks; required for these, and without meaning for others. */
  readonly identity?: TlsIdentity
  /** How an HTTP or HTTPS listener binds a client to a target; left out: every request goes to the next one. */
  readonly stickiness?: Stickiness
}

/** PEM texts: a certificate, with its chain behind it, and its private key. */
export interface TlsIdentity {
  readonly certificate: string
  readonly privateKey: string
}

/** By the balancer's own cookie, for AWS seconds or (0) as long as the browser runs; or as long as an application's cookie. */
export type Stickiness = { readonly seconds: number } | { readonly cookie: string }

/** A listener whose rules say where each request goes: by the first that it meets. Every request meets the last. */
export interface RuledListener {
  readonly protocol: BalancedProtocol
  readonly port: number
  /** As whom an HTTPS or SSL listener speaks. */
  readonly identity?: TlsIdentity
  /** As whom it speaks to clients that ask for a name of theirs. */
  readonly otherIdentities?: readonly TlsIdentity[]
  readonly rules: readonly Rule[]
  /** In place of its balancer's. */
  readonly idleTimeout?: number
}

export interface Rule {
  /** All of them have to hold. */
  readonly conditions: readonly Condition[]
  /** What is changed of a request before its action. */
  readonly rewrites?: readonly Rewrite[]
  readonly action: Action
}

/** What a regular expression finds of a request's host or of its path and query, and what stands there then: it may have `$1`. */
export interface Rewrite {
  readonly of: 'host' | 'url'
  readonly regex: string
  readonly replace: string
}

/** Holds when one of the values does, which may have `*` and `?`, or one of the regular expressions. */
export interface Condition {
  readonly field:
    | 'host-header'
    | 'path-pattern'
    | 'http-header'
    | 'http-request-method'
    | 'query-string'
    | 'source-ip'
  /** The header's. */
  readonly name?: string
  /** A pair of a query string: `key=value`, or `=value` for any key. */
  readonly values: readonly string[]
  readonly regexes?: readonly string[]
}

/** What becomes of a request. */
export type Action =
  | {
      readonly kind: 'forward'
      readonly groups: readonly WeightedGroup[]
      /** AWS seconds for which a client stays with the group that it has come to. */
      readonly sticky?: number
    }
  | {
      readonly kind: 'redirect'
      readonly status: number
      /** Each may have `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` in it. */
      readonly protocol: string
      readonly host: string
      readonly port: string
      readonly path: string
      readonly query: string
    }
  | { readonly kind: 'answer'; readonly status: number; readonly type?: string; readonly body?: string }

/** A target group, and its part among those that a rule forwards to. */
export interface WeightedGroup {
  readonly name: string
  readonly weight: number
  /** What its targets speak. */
  readonly protocol: BalancedProtocol
  /** Where targets are asked that have no port of their own. */
  readonly port?: number
  readonly stickiness?: Stickiness
}

/** A group of targets that balancers' rules lead to. */
export interface TargetGroupSpec {
  /** Unique among groups and classic balancers. */
  readonly name: string
  readonly healthCheck: HealthCheck
  /** AWS seconds that requests in flight may take after deregistration; undefined: draining is off. */
  readonly draining?: number
  /** A target drains for the whole time, whatever it has in hand. @default until that is done */
  readonly lingers?: true
  /** What is still in hand after the draining is left to end by itself. @default it is cut */
  readonly spares?: true
  /** When no target is healthy, all are asked. @default none is */
  readonly failsOpen?: true
}

/** A balancer of the kinds that have rules and target groups. */
export interface RuledBalancerSpec {
  readonly name: string
  readonly kind: 'application' | 'network'
  readonly listeners: readonly RuledListener[]
  /** AWS seconds after which an idle connection is closed. */
  readonly idleTimeout: number
}

/** A classic balancer. */
export interface BalancerSpec {
  /** Unique in the cloud; the key in every call below. */
  readonly name: string
  readonly listeners: readonly Listener[]
  readonly healthCheck: HealthCheck
  /** AWS seconds that requests in flight may take after deregistration; undefined: draining is off. */
  readonly draining?: number
  /** AWS seconds after which an idle connection is closed. */
  readonly idleTimeout: number
}

export interface BalancerTarget {
  readonly id: string
  readonly address: string
  /** Where it is asked; left out: at the listener's instance port. An id may be a target at several ports. */
  readonly port?: number
}

/** Why the last health check did not pass. */
export type CheckFailure = { readonly status: number } | 'timeout' | 'connection'

/** `draining`: deregistered, with requests still in flight. */
export interface TargetHealth {
  readonly id: string
  readonly port?: number
  readonly state: 'registering' | 'healthy' | 'unhealthy' | 'draining'
  /** As a classic balancer words it: `Instance registration is still in progress.` and the like. */
  readonly description: string
  readonly failure?: CheckFailure
}

export interface RequestCounts {
  readonly requests: number
  /** Answers by status class: `2xx`, `5xx`. */
  readonly byClass: Readonly<Record<string, number>>
  /** Requests that the balancer itself answered with 502, 503 or 504. */
  readonly balancerErrors: number
}

/** Connections of clients. */
export interface ConnectionCounts {
  /** Since the balancer was opened. */
  readonly opened: number
  readonly open: number
}

export interface Balancers {
  /**
   * Opens the proxy on a loopback address of its own; resolves when it listens. `ports` names what a listener really
   * listens on where its own port is refused: 80 is root's alone, and becomes 8080.
   */
  open(
    spec: BalancerSpec | RuledBalancerSpec,
    address?: string,
  ): Promise<{ readonly address: string; readonly ports?: Readonly<Record<number, number>> }>
  /** Applies a changed specification without losing a connection that the change does not touch. */
  configure(spec: BalancerSpec | RuledBalancerSpec): Promise<void>
  /** What a balancer has counted, of all or of what it has given to one target group. */
  counts(name: string, group?: string): RequestCounts
  connections(name: string): ConnectionCounts
  close(name: string): Promise<void>
  /** A classic balancer's own targets are a group of its name. */
  readonly groups: TargetGroups
}

/** The targets behind the balancers. */
export interface TargetGroups {
  open(spec: TargetGroupSpec): void
  configure(spec: TargetGroupSpec): void
  register(name: string, targets: readonly BalancerTarget[]): void
  /** New requests stop at once; requests in flight have `draining` seconds to end. */
  deregister(name: string, targets: readonly Pick<BalancerTarget, 'id' | 'port'>[]): void
  health(name: string): readonly TargetHealth[]
  close(name: string): void
}

/** One resource-record set as the name server needs it. */
export interface ZoneRecord {
  /** Fully qualified, with the trailing dot, lower case. */
  readonly name: string
  readonly type: string
  readonly ttl: number
  /** In zone-file form: `127.1.2.3`, `host.example.`, `"text"`. */
  readonly values: readonly string[]
}

export interface NameServer {
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

/**
 * How far CNAMEs are followed: out of the zone as well, as resolvers do, or within it, as a zone's own servers do: they
 * leave the rest to who asks.
 */
export type Reach = 'beyond the zone' | 'the zone'

/**
 * Answers a question from the zones, aliases already followed; none: the name has no such record. `unknown`: its zone has
 * nothing at the name nor beneath it; undefined: no zone of ours holds it.
 *
 * @param reach @default 'beyond the zone'
 */
export type ResolveName = (
  name: string,
  type: string,
  reach?: Reach,
) => readonly ZoneRecord[] | 'unknown' | undefined

/** What was found, which may be nothing. */
export function recordsOf(found: ReturnType<ResolveName>): readonly ZoneRecord[] {
  return found === undefined || found === 'unknown' ? [] : found
}
