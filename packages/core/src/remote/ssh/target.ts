import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { parseDuration } from '../../duration.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import { defaultKnownHosts } from './known-hosts.ts'

/** A host with everything said that it takes to connect to it. */
export interface Target {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly identityFile?: string
  readonly hostKeys?: readonly string[]
  readonly knownHosts: readonly string[]
  /** Milliseconds. */
  readonly connectTimeout: number
}

export function targetOf(spec: HostSpec, defaults: SshDefaults): Target {
  const identityFile = spec.identityFile ?? defaults.identityFile
  return {
    name: spec.name,
    address: spec.address ?? spec.name,
    port: spec.port ?? defaults.port ?? 22,
    user: spec.user ?? defaults.user ?? userInfo().username,
    ...(identityFile !== undefined && { identityFile: expandHome(identityFile) }),
    ...(spec.hostKeys !== undefined && { hostKeys: spec.hostKeys }),
    knownHosts: defaults.knownHosts?.map(expandHome) ?? defaultKnownHosts(),
    connectTimeout: parseDuration(defaults.connectTimeout ?? '60s'),
  }
}

export function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
}
