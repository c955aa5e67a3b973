import type { ViridianError } from '../../error.ts'
import { refusedLogin, uselessFile } from '../ssh/login-error.ts'
import type { Target } from '../ssh/target.ts'
import type { Said } from './said.ts'

/** Why a host did not let in; undefined: it did, or was not asked. */
export function loginFailure(target: Target, said: Said): ViridianError | undefined {
  const refusal = said.find(/: Permission denied \(([^)]*)\)\.$|(Too many authentication failures)/)
  if (refusal === undefined) return undefined
  const useless = said.all(/^Load key "(.+)": (.+)$/)
  const own = useless.find(([, file]) => file === target.identityFile)
  if (own) return uselessFile(target, { status: 'unusable', file: own[1] ?? '', reason: own[2] ?? '' })
  const tried = said
    .all(/^debug1: Offering public key: (.+?)(?: \S+ SHA256:\S+(?: (.*))?)?$/)
    .map(([, file = '', from = '']) =>
      from.includes('agent') && !from.includes('explicit') ? 'a key of the agent' : file,
    )
  const others = said.all(
    /^debug1: Next authentication method: (password|keyboard-interactive|gssapi-\S+|hostbased)$/,
  )
  const tries = [...tried, ...others.map(([, method = '']) => `a ${method}`)]
  return refusedLogin(target, {
    tried: tries.map((each) =>
      each === 'a password' ? each : each.replace(/^a (?=keyboard|gssapi|hostbased)/, ''),
    ),
    leftOut: useless.map(([, file, reason]) => `${file}: ${reason}`),
    accepted: refusal[1]?.split(',') ?? ['publickey'],
    partial: said.find(/^Authenticated(?: to .+)? using "\S+" with partial success\.$/) !== undefined,
    hadKeys: tried.length > 0,
    isSilent: false,
  })
}
