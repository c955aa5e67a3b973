import type { Place } from './line.ts'
import type { JumpHost } from './proxy-jump.ts'
import type { HostKeyChecking } from './settings.ts'
import type { Template } from './template.ts'

/** Hops, none of them where there must be none. */
export interface ProxyJump {
  readonly hops: readonly JumpHost[]
  readonly place: Place
}

/** Names that CNAMEs may lead away from, and names that they may lead to. */
export interface PermittedCname {
  readonly sources: string
  readonly targets: string
}

/** What the lines that hold for a host have said so far, tokens and all. */
export interface Said {
  hostName?: Template | undefined
  port?: number | undefined
  user?: string | undefined
  tag?: string | undefined
  identityFiles?: readonly Template[] | undefined
  certificateFiles?: readonly Template[] | undefined
  identitiesOnly?: boolean | undefined
  identityAgent?: Template | undefined
  proxyJump?: ProxyJump | undefined
  proxyCommand?: string | undefined
  userKnownHostsFiles?: readonly Template[] | undefined
  globalKnownHostsFiles?: readonly string[] | undefined
  revokedHostKeys?: string | undefined
  strictHostKeyChecking?: HostKeyChecking | undefined
  noHostAuthenticationForLocalhost?: boolean | undefined
  hashKnownHosts?: boolean | undefined
  hostKeyAlias?: string | undefined
  serverAliveInterval?: number | undefined
  serverAliveCountMax?: number | undefined
  connectTimeout?: number | undefined
  sendEnv?: readonly string[] | undefined
  setEnv?: Readonly<Record<string, string>> | undefined
  preferredAuthentications?: readonly string[] | undefined
  pubkeyAuthentication?: boolean | undefined
  passwordAuthentication?: boolean | undefined
  kbdInteractiveAuthentication?: boolean | undefined
  numberOfPasswordPrompts?: number | undefined
  batchMode?: boolean | undefined
  bindAddress?: string | undefined
  addressFamily?: 'any' | 'inet' | 'inet6' | undefined
  forwardAgent?: boolean | Template | undefined
  hostKeyAlgorithms?: string | undefined
  kexAlgorithms?: string | undefined
  ciphers?: string | undefined
  macs?: string | undefined
  ignoreUnknown?: string | undefined
  canonicalizeHostname?: 'no' | 'yes' | 'always' | undefined
  canonicalDomains?: readonly string[] | undefined
  canonicalizeMaxDots?: number | undefined
  canonicalizeFallbackLocal?: boolean | undefined
  canonicalizePermittedCnames?: readonly PermittedCname[] | undefined
}
