import { ViridianError } from '../../error.ts'
import type { AgentKeys } from './agent.ts'
import type { Identity } from './identity.ts'
import type { Target } from './target.ts'

export interface Refusal {
  /** Keys by their files, and other ways. */
  readonly tried: readonly string[]
  /** What could not be tried, and why. */
  readonly leftOut: readonly string[]
  readonly accepted: readonly string[]
  /** Something was right, and more is wanted. */
  readonly partial: boolean
  readonly hadKeys: boolean
  /** A person was to be asked, and did not answer. */
  readonly isSilent: boolean
}

const ours = ['publickey', 'keyboard-interactive', 'password']

export function refusedLogin(target: Target, refusal: Refusal): ViridianError {
  const { name, user, address, port } = target
  const { tried, leftOut, accepted, partial, hadKeys, isSilent } = refusal
  const account = `${user}@${address}:${port}`
  const takes = accepted.join(' or ')
  const isKeyless = !hadKeys && tried.length === 0 && accepted.includes('publickey')
  const more = leftOut.length > 0 ? ` (${leftOut.join('; ')})` : ''
  const nobody = isSilent ? ', and nobody answered' : ''
  const what = isKeyless
    ? `there is no key to log in to ${account} with`
    : partial
      ? `${account} refused to log in: a key was right, but the server also wants ${takes}`
      : tried.length > 0
        ? `${account} refused to log in: tried ${folded(tried)}`
        : `${account} refused to log in: it accepts only ${takes}`
  return new ViridianError('E_HOST_AUTH', `${name}: ${what}${nobody}${more}`, {
    hint: hintFor(target, refusal),
    place: { host: name },
  })
}

function hintFor({ settings }: Target, { accepted, leftOut, tried, isSilent }: Refusal): string {
  const isBeyond = !accepted.some((method) => ours.includes(method))
  if (isBeyond && tried.some((way) => way.startsWith('gssapi')))
    return 'get a ticket of Kerberos: kinit; klist shows those that you have'
  if (isBeyond || leftOut.some((reason) => reason.includes("transport: 'openssh'")))
    return "give the host transport: 'openssh', which can do what ssh2 cannot, or another way to log in"
  const [, locked, why] = leftOut.map((reason) => /^(.*) is encrypted(.*)/.exec(reason)).find(Boolean) ?? []
  if (locked !== undefined)
    return `unlock it in the agent: ssh-add ${locked}${why === '' ? '; on a terminal, its passphrase is asked for' : ''}`
  if (isSilent) return 'start it on a terminal to be asked, or give the host a key that needs nobody'
  if (settings.batchMode && !accepted.includes('publickey'))
    return 'BatchMode in ssh_config lets nobody be asked'
  if (tried.filter((each) => each.endsWith('of the agent')).length > 2)
    return 'servers hang up after a few keys: name the right one as identityFile, or say IdentitiesOnly in ssh_config'
  return 'give the host its user and identityFile, or add its key to the agent: ssh-add'
}

/** The same way tried several times is told once: `3 keys of the agent`. */
function folded(tried: readonly string[]): string {
  return [...new Set(tried)]
    .map((each) => {
      const count = tried.filter((other) => other === each).length
      return count === 1 ? each : `${count} ${each.replace(/^an? /, '').replace(/^(key|password)\b/, '$1s')}`
    })
    .join(', ')
}

export function uselessFile(target: Target, identity: Identity): ViridianError {
  const reason = identity.status === 'unusable' ? `cannot be used: ${identity.reason}` : 'does not exist'
  return new ViridianError(
    'E_IDENTITY_FILE',
    `the identity file ${identity.file} of ${target.name} ${reason}`,
    {
      hint: 'name the file of a private key as identityFile',
      place: { host: target.name, file: identity.file },
    },
  )
}

export function lockedFile(
  target: Target,
  file: string,
  agent: AgentKeys | Error | undefined,
): ViridianError {
  const where =
    agent instanceof Error ? agent.message : agent ? 'the agent does not hold it' : 'no agent is running'
  return new ViridianError(
    'E_IDENTITY_FILE',
    `the identity file ${file} of ${target.name} holds only a public key, and ${where}`,
    { hint: 'add its private half to the agent: ssh-add', place: { host: target.name, file } },
  )
}
