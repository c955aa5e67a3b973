import { resolve } from 'node:path'
import type { HostSpec, SshDefaults } from './transport.ts'

/*
 * Files here that hosts are reached by. As a task file writes them they start where that stands, whatever directory a command
 * is given in; what ssh_config writes is ssh's own.
 */

export function withPaths(defaults: SshDefaults, directory: string): SshDefaults {
  const { config, identityFile, knownHosts } = defaults
  return {
    ...defaults,
    ...(typeof config === 'string' && { config: isNone(config) ? config : pathFrom(directory, config) }),
    ...(identityFile !== undefined && { identityFile: pathFrom(directory, identityFile) }),
    ...(knownHosts !== undefined && { knownHosts: knownHosts.map((file) => pathFrom(directory, file)) }),
  }
}

export const withPath = (host: HostSpec, directory: string): HostSpec =>
  host.identityFile === undefined ? host : { ...host, identityFile: pathFrom(directory, host.identityFile) }

/** As `ssh -F none`. */
const isNone = (config: string): boolean => config.toLowerCase() === 'none'

/** A home is put in its place by whoever knows whose it is. */
const pathFrom = (directory: string, path: string): string =>
  path.startsWith('~') ? path : resolve(directory, path)
