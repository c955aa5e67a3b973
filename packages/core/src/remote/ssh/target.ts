import { join } from 'node:path'
import { longestTimer, parseTimer } from '../../duration.ts'
import { expandHome } from '../ssh-config/home.ts'
import type { SshSettings } from '../ssh-config/settings.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'

/** A host with everything said that it takes to connect to it. */
export interface Target {
  /** What people call it: `web-1`, `jump host bastion`. */
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** The only key to log in with, where the host or its stage names one. */
  readonly identityFile?: string
  /** Keys to try, the most likely first: what ssh_config names, or the usual ones. */
  readonly identityFiles: readonly string[]
  readonly hostKeys?: readonly string[]
  readonly knownHosts: readonly string[]
  /** Where new keys are written down. */
  readonly ownKnownHosts: string | undefined
  /** Milliseconds. */
  readonly connectTimeout: number
  /** The host that it is reached through. */
  readonly via: Target | undefined
  /** A command that makes the way to it, in place of other hosts. Only the system's `ssh` runs it. */
  readonly proxyCommand: string | undefined
  /** How ssh_config was asked for it. */
  readonly asked: Asked
  /** The home of whoever connects. */
  readonly home: string
  /** What ssh_config says of the rest. */
  readonly settings: SshSettings
}

/** The words behind `ssh`: what is not said, ssh_config says. */
export interface Asked {
  readonly host: string
  readonly user?: string | undefined
  readonly port?: number | undefined
}

/** What Targets finds out of a host's surroundings. */
export interface Whereabouts {
  readonly asked: Asked
  readonly home: string
  readonly settings: SshSettings
  readonly via: Target | undefined
  readonly proxyCommand: string | undefined
}

/** What a host says itself comes first, then its stage, then ssh_config. */
export function targetOf(spec: HostSpec, defaults: SshDefaults, whereabouts: Whereabouts): Target {
  const { settings, home } = whereabouts
  const identityFile = spec.identityFile ?? defaults.identityFile
  return {
    ...common(defaults, whereabouts),
    ...whereabouts,
    name: spec.name,
    port: spec.port ?? defaults.port ?? settings.port,
    user: spec.user ?? defaults.user ?? settings.user,
    ...(identityFile !== undefined && { identityFile: atHome(identityFile, home) }),
    ...(spec.hostKeys !== undefined && { hostKeys: spec.hostKeys }),
  }
}

/**
 * A host on the way to others. As with `ssh -J`, user, port and keys of those behind it are not its own; the stage's key
 * is tried after its own ones.
 */
export function jumpTargetOf(name: string, defaults: SshDefaults, whereabouts: Whereabouts): Target {
  const { settings, home } = whereabouts
  const target = common(defaults, whereabouts)
  const { identityFile } = defaults
  const more = identityFile === undefined ? [] : [atHome(identityFile, home)]
  const { port, user } = settings
  return { ...target, ...whereabouts, identityFiles: [...target.identityFiles, ...more], name, port, user }
}

function common(defaults: SshDefaults, { settings, home }: Whereabouts) {
  const known = defaults.knownHosts?.map((file) => atHome(file, home))
  const { userKnownHostsFiles, globalKnownHostsFiles } = settings
  return {
    address: settings.hostName,
    identityFiles: settings.identityFiles ?? usualIdentityFiles(home),
    knownHosts: known ?? [...userKnownHostsFiles, ...globalKnownHostsFiles],
    ownKnownHosts: (known ?? userKnownHostsFiles)[0],
    connectTimeout: parseTimer(defaults.connectTimeout ?? secondsOf(settings.connectTimeout) ?? '60s'),
  }
}

function usualIdentityFiles(home: string): string[] {
  return ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'].map((name) =>
    join(home, '.ssh', name),
  )
}

const secondsOf = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.min(seconds * 1_000, longestTimer)

/** A path as a task file writes it. */
export const atHome = (path: string, home: string): string => expandHome(path, home) ?? path
