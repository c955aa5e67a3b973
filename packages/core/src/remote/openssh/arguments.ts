import { quoteForLogin } from '../command/announcement.ts'
import { atHome, type Target } from '../ssh/target.ts'
import type { SshDefaults } from '../transport.ts'
import type { GivenKeys } from './given-keys.ts'

export interface MasterSettings {
  readonly target: Target
  readonly defaults: SshDefaults
  /** Control socket of the master that it is reached through. */
  readonly via?: string | undefined
  /** Path of the control socket to be. */
  readonly control: string
  /** No person can be asked. */
  readonly isAlone: boolean
  /** New keys are added to known_hosts. */
  readonly learnsHostKeys: boolean
  /** Keys that the host was given with, and the file that holds them. */
  readonly given?: GivenKeys & { readonly file: string }
  /** Seconds between probes of a silent host, and how many may go unanswered. */
  readonly alive: { readonly interval: number; readonly count: number }
}

/** The words of the command that makes a master: what hosts and stages say comes before what ssh_config says. */
export function masterArguments(settings: MasterSettings): string[] {
  const { target, defaults, via } = settings
  const { host, user, port } = target.asked
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
    ...(defaults.config === undefined ? [] : ['-F', configFile(defaults.config, target.home)]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...identities(settings),
    ...way(target, via),
    ...hostKeys(settings),
    '--',
    host,
  ]
}

function identities({ target, defaults }: MasterSettings): string[] {
  const { identityFile, identityFiles } = target
  if (identityFile !== undefined) return ['-i', escaped(identityFile), ...options({ IdentitiesOnly: 'yes' })]
  // A jump host's, of which the stage's is the last.
  if (defaults.identityFile === undefined) return []
  return identityFiles.flatMap((file) => options({ IdentityFile: quoted(file) }))
}

function way({ proxyCommand }: Target, via: string | undefined): string[] {
  if (via !== undefined) {
    const words = ['ssh', '-F', 'none', '-S', escaped(via), '-W', '[%h]:%p', '--', 'jump']
    return options({ ProxyCommand: words.map(quoteForLogin).join(' '), ProxyUseFdpass: 'no' })
  }
  return proxyCommand === undefined ? options({ ProxyJump: 'none', ProxyCommand: 'none' }) : []
}

function hostKeys({ given, defaults, target, learnsHostKeys }: MasterSettings): string[] {
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
  const said = defaults.knownHosts?.map((file) => atHome(file, target.home))
  // ssh adds new keys to the first one.
  const files = learnsHostKeys ? said : ['/dev/null', ...(said ?? target.settings.userKnownHostsFiles)]
  return options({
    ...(!learnsHostKeys && { UpdateHostKeys: 'no' }),
    // To `no`, ssh takes a changed key too, and only warns.
    ...(target.settings.strictHostKeyChecking === 'no' && { StrictHostKeyChecking: 'accept-new' }),
    ...(files && {
      UserKnownHostsFile: files.length === 0 ? 'none' : files.map(quoted).join(' '),
      ...(said && { GlobalKnownHostsFile: 'none' }),
    }),
  })
}

// ssh runs it with the key that the host shows, and takes what it prints as lines of known_hosts.
function byFingerprint(fingerprints: readonly string[]): string {
  const compare =
    'f=$0 t=$1 k=$2; shift 2; for known; do if [ "$known" = "$f" ]; then echo "* $t $k"; fi; done'
  return `/bin/sh -c '${compare}' %f %t %K ${fingerprints.join(' ')}`
}

function configFile(config: string | false, home: string): string {
  return config === false ? 'none' : atHome(config, home)
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
