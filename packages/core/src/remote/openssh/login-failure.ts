import type { ViridianError } from '../../error.ts'
import { refusedLogin, uselessFile } from '../ssh/login-error.ts'
import type { Target } from '../ssh/target.ts'
import type { Said } from './said.ts'

export interface Answered {
  /** What the host was told of what it asked. */
  readonly tried: readonly string[]
  /** It was left without an answer, and the attempt ended with that. */
  readonly isDeclined: boolean
  /** There is nobody who would answer. */
  readonly isSilent: boolean
}

/** Why a host did not let in; undefined: it did, or was not asked. */
export function loginFailure(target: Target, said: Said, answered: Answered): ViridianError | undefined {
  const refusal = said.find(/: Permission denied \(([^)]*)\)\.$|(Too many authentication failures)/)
  if (refusal === undefined && !answered.isDeclined) return undefined
  const useless = said.all(/^Load key "(.+)": (.+)$/)
  const own = useless.find(([, file]) => file === target.identityFile)
  if (own) return uselessFile(target, { status: 'unusable', file: own[1] ?? '', reason: own[2] ?? '' })
  const keys = said
    .all(/^debug1: Offering public key: (.+?)(?: \S+ SHA256:\S+(?: (.*))?)?$/)
    .map(([, file = '', from = '']) =>
      from.includes('agent') && !from.includes('explicit') ? 'a key of the agent' : file,
    )
  const others = said
    .all(/^debug1: Next authentication method: (gssapi-\S+|hostbased)$/)
    .map(([, method = '']) => method)
  const list = refusal?.[1] ?? said.all(/^debug1: Authentications that can continue: (.+)$/).at(-1)?.[1]
  const accepted = list?.split(',') ?? ['publickey']
  const isAsking = accepted.some((method) => method === 'password' || method === 'keyboard-interactive')
  return refusedLogin(target, {
    tried: [...keys, ...others, ...answered.tried],
    leftOut: [
      ...useless.map(([, file, reason]) => `${file}: ${reason}`),
      ...said.all(/^no such identity: (.+): .+$/).map(([, file]) => `${file} does not exist`),
    ],
    accepted,
    partial: said.find(/^Authenticated(?: to .+)? using "\S+" with partial success\.$/) !== undefined,
    hadKeys: keys.length > 0,
    isSilent: answered.isSilent && isAsking && !target.settings.batchMode,
  })
}
