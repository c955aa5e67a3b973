import { ViridianError } from '../../error.ts'
import type { Target } from '../ssh/target.ts'
import { hostKeyFailure } from './host-key-failure.ts'
import { type Answered, loginFailure } from './login-failure.ts'
import { reasonIn, Said } from './said.ts'

/** How a `ssh` ended that did not come to log in. */
export interface FailedMaster {
  /** All that it said, its debug lines included. */
  readonly lines: readonly string[]
  readonly code?: number | null | undefined
  readonly answered: Answered
}

/** What `ssh` says of a login; a `ViridianError` is what another try would not mend. */
export async function failureOf(
  target: Target,
  { lines, code, answered }: FailedMaster,
  isLate: boolean,
): Promise<Error> {
  if (code === 127) return missingProgram(target)
  const said = new Said(lines)
  const isUnresolved = said.find(/^ssh: Could not resolve hostname /) !== undefined
  const final =
    (await hostKeyFailure(target, said)) ??
    (await loginFailure(target, said, answered)) ??
    protocolFailure(target, said) ??
    (isUnresolved ? undefined : settingsFailure(target, said))
  if (final) return final
  const reason = reasonIn(lines)
  if (isLate) {
    const last = reason === undefined ? '' : `: ${reason}`
    return Object.assign(new Error(`timed out while waiting for the handshake${last}`), { code: 'ETIMEDOUT' })
  }
  const error = new Error(reason ?? 'ssh ended without a word')
  if (isUnresolved) return Object.assign(error, { code: 'ENOTFOUND' })
  // A busy sshd drops connections before it says who it is.
  if (said.find(/^kex_exchange_identification: /)) return Object.assign(error, { code: 'ECONNRESET' })
  return error
}

function missingProgram({ name }: Target): ViridianError {
  return new ViridianError('E_OPENSSH_MISSING', `${name} is reached by ssh, and there is no such program`, {
    hint: "install OpenSSH's client, or leave transport: 'openssh' out",
    place: { host: name },
  })
}

function protocolFailure({ name, address, port }: Target, said: Said): ViridianError | undefined {
  const [, what] = said.find(/^Unable to negotiate with .+?: (.+)$/) ?? []
  if (what === undefined) return undefined
  return new ViridianError('E_HOST_PROTOCOL', `${name} (${address}:${port}): ${what}`, {
    hint: 'its SSH server and this ssh have no algorithm in common: see KexAlgorithms, Ciphers and HostKeyAlgorithms in ssh_config',
    place: { host: name },
  })
}

// A file's line, or one of the words that we give: an older ssh does not know them all.
const badSetting =
  /^(?!debug\d: )((?:command-line|.+): (?:line \d+: |terminating, \d+ )?[Bb]ad .+|.+ line \d+: .+|Can't open user config file .+|Bad owner or permissions on .+)$/

function settingsFailure({ name }: Target, said: Said): ViridianError | undefined {
  if (said.find(/^debug1: (?:Connecting to|Executing proxy command)/)) return undefined
  const [, fault] = said.find(badSetting) ?? []
  if (fault === undefined) return undefined
  return new ViridianError('E_SSH_CONFIG', `${name}: ssh does not take its settings: ${fault}`, {
    hint: 'mend the line; ssh -G and the host show what ssh makes of all of them',
    place: { host: name },
  })
}
