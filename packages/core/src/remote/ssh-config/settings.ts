import type { JumpHost } from './proxy-jump.ts'

/** Who a key that is not in known_hosts may belong to: as StrictHostKeyChecking says. */
export type HostKeyChecking = 'yes' | 'ask' | 'accept-new' | 'no'

/** What ssh_config files say of one host, defaults filled in: what `ssh -G` prints, of the keywords that matter here. */
export interface SshSettings {
  /** The name or address to connect to. */
  readonly hostName: string
  readonly port: number
  readonly user: string
  /** With a leading `~` and tokens expanded; empty: none. Undefined: not said, the usual ones. */
  readonly identityFiles: readonly string[] | undefined
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** A socket's path, `none`; undefined: SSH_AUTH_SOCK's. */
  readonly identityAgent: string | undefined
  /** Hops in order; empty: straight. */
  readonly proxyJump: readonly JumpHost[]
  /** As it is written, tokens and all. Never together with hops. */
  readonly proxyCommand: string | undefined
  readonly userKnownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  /** A file of keys that no host may have. */
  readonly revokedHostKeys: string | undefined
  readonly strictHostKeyChecking: HostKeyChecking
  /** True: whatever key a loopback address has is taken. */
  readonly noHostAuthenticationForLocalhost: boolean
  readonly hashKnownHosts: boolean
  /** The name to look the host's key up by, in place of its own. */
  readonly hostKeyAlias: string | undefined
  /** Seconds; 0: no probes. Undefined: not said. */
  readonly serverAliveInterval: number | undefined
  readonly serverAliveCountMax: number | undefined
  /** Seconds, more than 0. */
  readonly connectTimeout: number | undefined
  /** Patterns of the names of local variables to send, as in SendEnv. */
  readonly sendEnv: readonly string[]
  readonly setEnv: Readonly<Record<string, string>>
  readonly preferredAuthentications: readonly string[] | undefined
  readonly pubkeyAuthentication: boolean
  readonly passwordAuthentication: boolean
  readonly kbdInteractiveAuthentication: boolean
  readonly numberOfPasswordPrompts: number
  readonly batchMode: boolean
  readonly bindAddress: string | undefined
  readonly addressFamily: 'any' | 'inet' | 'inet6'
  /** A path: the agent at that socket; true: SSH_AUTH_SOCK's. As with `ssh`, IdentityAgent has its say in it. */
  readonly forwardAgent: boolean | string
  /** Lists of algorithms as they are written: whole, or beginning with `+`, `-` or `^` as changes to the usual one. */
  readonly hostKeyAlgorithms: string | undefined
  readonly kexAlgorithms: string | undefined
  readonly ciphers: string | undefined
  readonly macs: string | undefined
}
