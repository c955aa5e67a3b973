import { expandHome } from '../ssh/target.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import type { GivenKeys } from './given-keys.ts'

export interface MasterSettings {
  readonly spec: HostSpec
  readonly defaults: SshDefaults
  /** Path of the control socket to be. */
  readonly control: string
  /** No person can be asked. */
  readonly isAlone: boolean
  /** Keys that the host was given with, and the file that holds them. */
  readonly given?: GivenKeys & { readonly file: string }
  /** Seconds between probes of a silent host, and how many may go unanswered. */
  readonly alive: { readonly interval: number; readonly count: number }
}

/** The words of the command that makes a master: what hosts and stages say comes before what ssh_config says. */
export function masterArguments(settings: MasterSettings): string[] {
  const { spec, defaults } = settings
  const port = spec.port ?? defaults.port
  const user = spec.user ?? defaults.user
  const identityFile = spec.identityFile ?? defaults.identityFile
  return [
    ...['-M', '-N', '-T', '-S', escaped(settings.control)],
    ...options({
      ControlPersist: 'no',
      ...(settings.isAlone && { BatchMode: 'yes' }),
      // Says which keys were shown and tried, and when the login is through.
      LogLevel: 'DEBUG1',
      // Of ssh_config, what is meant for a person's session.
      ClearAllForwardings: 'yes',
      ForwardX11: 'no',
      Tunnel: 'no',
      PermitLocalCommand: 'no',
      RemoteCommand: 'none',
      VisualHostKey: 'no',
      ServerAliveInterval: String(settings.alive.interval),
      ServerAliveCountMax: String(settings.alive.count),
    }),
    ...(defaults.config === undefined ? [] : ['-F', configFile(defaults.config)]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(identityFile === undefined
      ? []
      : ['-i', escaped(expandHome(identityFile)), ...options({ IdentitiesOnly: 'yes' })]),
    ...proxyJump(spec.proxyJump ?? defaults.proxyJump),
    ...hostKeys(settings),
    '--',
    spec.address ?? spec.name,
  ]
}

function hostKeys({ given, defaults }: MasterSettings): string[] {
  if (given) {
    return options({
      StrictHostKeyChecking: 'yes',
      UserKnownHostsFile: quoted(given.file),
      GlobalKnownHostsFile: 'none',
      UpdateHostKeys: 'no',
      VerifyHostKeyDNS: 'no',
      ...(given.algorithms.length > 0 && { HostKeyAlgorithms: `^${given.algorithms.join(',')}` }),
      ...(given.fingerprints.length > 0 && { KnownHostsCommand: byFingerprint(given.fingerprints) }),
    })
  }
  if (defaults.knownHosts === undefined) return []
  const files = defaults.knownHosts.map(expandHome)
  return options({
    UserKnownHostsFile: files.length === 0 ? 'none' : files.map(quoted).join(' '),
    GlobalKnownHostsFile: 'none',
  })
}

// ssh runs it with the key that the host shows, and takes what it prints as lines of known_hosts.
function byFingerprint(fingerprints: readonly string[]): string {
  const compare =
    'f=$0 t=$1 k=$2; shift 2; for known; do if [ "$known" = "$f" ]; then echo "* $t $k"; fi; done'
  return `/bin/sh -c '${compare}' %f %t %K ${fingerprints.join(' ')}`
}

function proxyJump(jumps: string | undefined): string[] {
  if (jumps === undefined) return []
  return jumps === 'none' ? options({ ProxyJump: 'none', ProxyCommand: 'none' }) : ['-J', jumps]
}

function configFile(config: string | false): string {
  return config === false ? 'none' : expandHome(config)
}

function options(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

// ssh replaces %-tokens in paths.
function escaped(path: string): string {
  return path.replaceAll('%', '%%')
}

function quoted(path: string): string {
  return `"${escaped(path)}"`
}
