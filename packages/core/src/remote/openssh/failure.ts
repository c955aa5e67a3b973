import { ViridianError } from '../../error.ts'
import { hostKeyFailure } from './host-key-failure.ts'
import { Said } from './said.ts'

/** The host that a failure is told of. */
export interface FailedHost {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user?: string | undefined
  readonly identityFile?: string | undefined
  /** Fingerprints and keys that it was given with: nothing else counts. */
  readonly hostKeys?: readonly string[] | undefined
  /** Files in known_hosts form that it was looked up in. */
  readonly knownHosts: readonly string[]
}

/** How a `ssh` ended that did not come to log in. */
export interface FailedLogin {
  /** All that it said, its debug lines included. */
  readonly lines: readonly string[]
  readonly code: number | null
}

/**
 * What `ssh` says of a login that another try would not mend; undefined: it may pass by itself, as a machine that is not
 * up yet does.
 */
export async function finalFailure(
  host: FailedHost,
  { lines, code }: FailedLogin,
): Promise<ViridianError | undefined> {
  if (code === 127) return missingProgram(host)
  const said = new Said(lines)
  return (
    (await hostKeyFailure(host, said)) ??
    authenticationFailure(host, said) ??
    protocolFailure(host, said) ??
    configFailure(host, said)
  )
}

/** The line that says why; a debug line is none. */
export function reasonIn(lines: readonly string[]): string | undefined {
  const plain = lines.filter((line) => line.trim() !== '' && !/^debug\d: /.test(line))
  const telling = plain.filter((line) => !/^(?:Killed by signal|Warning: Permanently added|\*\* )/.test(line))
  return (telling.at(-1) ?? plain.at(-1))?.replace(/^ssh: /, '').replace(/\.$/, '')
}

/** True when the host's name means nothing. */
export function isUnknownName(lines: readonly string[]): boolean {
  return lines.some((line) => /^ssh: Could not resolve hostname /.test(line))
}

function missingProgram(host: FailedHost): ViridianError {
  return new ViridianError(
    'E_OPENSSH_MISSING',
    `${host.name} is reached by ssh, and there is no such program`,
    {
      hint: "install OpenSSH's client, or leave transport: 'openssh' out",
      place: { host: host.name },
    },
  )
}

function authenticationFailure(host: FailedHost, said: Said): ViridianError | undefined {
  const refusal = said.find(/Permission denied \(([^)]*)\)|(Too many authentication failures)/)
  const useless = said.find(/^Load key "(.+)": (.+)$/)
  if (!refusal) return undefined
  const { name, address, port, identityFile } = host
  if (identityFile !== undefined && useless?.[1] === identityFile) {
    return uselessFile(host, identityFile, useless[2] ?? '')
  }
  const account = `${host.user === undefined ? '' : `${host.user}@`}${address}:${port}`
  const tried = said.all(
    /^debug1: (?:Offering public key|Trying private key): (.+?)(?: (?:ED25519|ECDSA|RSA|DSA)\S* SHA256:.*)?$/,
  )
  const methods = refusal[1]?.split(',').join(', ')
  const what =
    tried.length > 0
      ? `tried ${[...new Set(tried.map(([, key]) => key))].join(', ')}`
      : `it accepts only ${methods ?? 'what was not tried'}`
  const more = useless ? ` (${useless[1]}: ${useless[2]})` : ''
  return new ViridianError('E_HOST_AUTH', `${name}: ${account} refused to log in: ${what}${more}`, {
    hint: 'give the host its user and identityFile, or add its key to the agent: ssh-add',
    place: { host: name },
  })
}

export function uselessFile({ name }: FailedHost, file: string, reason: string): ViridianError {
  return new ViridianError('E_IDENTITY_FILE', `the identity file ${file} of ${name} ${reason}`, {
    hint: 'name the file of a private key as identityFile',
    place: { host: name, file },
  })
}

function protocolFailure({ name, address, port }: FailedHost, said: Said): ViridianError | undefined {
  const [, what] = said.find(/^Unable to negotiate with .+?: (.+)$/) ?? []
  if (what === undefined) return undefined
  return new ViridianError('E_HOST_PROTOCOL', `${name} (${address}:${port}): ${what}`, {
    hint: 'its SSH server and this ssh have no algorithm in common: see KexAlgorithms, Ciphers and HostKeyAlgorithms in ssh_config',
    place: { host: name },
  })
}

function configFailure({ name }: FailedHost, said: Said): ViridianError | undefined {
  const fault =
    said.find(/^((?:\/|~|command-line).*(?:line|: ).*(?:[Bb]ad|[Uu]nsupported|[Mm]issing|[Ii]nvalid).*)$/) ??
    said.find(
      /^(.*(?:terminating, \d+ bad configuration options|Can't open user config file.*|Bad owner or permissions on .*))$/,
    )
  if (fault === undefined) return undefined
  return new ViridianError('E_SSH_CONFIG', `${name}: ssh does not take its settings: ${fault[1]}`, {
    hint: 'see what it makes of them: ssh -G and the host',
    place: { host: name },
  })
}
