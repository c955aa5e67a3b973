import { readFile } from 'node:fs/promises'
import type { ViridianError } from '../../error.ts'
import { isEncrypted, privateKeyIn } from '../ssh/key-file.ts'
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
export async function loginFailure(
  target: Target,
  said: Said,
  answered: Answered,
): Promise<ViridianError | undefined> {
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
      ...(await lockedKeys(said)).map((file) => `${file} is encrypted${whyLocked(target, answered)}`),
      ...said.all(/^no such identity: (.+): .+$/).map(([, file]) => `${file} does not exist`),
    ],
    accepted,
    partial: said.find(/^Authenticated(?: to .+)? using "\S+" with partial success\.$/) !== undefined,
    hadKeys: keys.length > 0,
    isSilent: answered.isSilent && isAsking && !target.settings.batchMode,
  })
}

/** Keys that the host may have taken, had `ssh` come to sign with them; of them, it only says that it goes on. */
async function lockedKeys(said: Said): Promise<string[]> {
  const unsigned = [
    ...said
      .all(/^debug1: Server accepts key: (.+) \S+ SHA256:\S+(?: (.*))?$/)
      .filter(([, , from = '']) => !from.includes('agent')),
    ...said.all(/^debug1: Trying private key: (.+)$/),
  ]
  const files = [...new Set(unsigned.map(([, file = '']) => file))]
  const locked = await Promise.all(files.map(isLocked))
  return files.filter((_, index) => locked[index])
}

async function isLocked(file: string): Promise<boolean> {
  // What cannot be read, ssh has told of.
  const text = await readFile(file, 'utf8').catch(() => '')
  const key = privateKeyIn(text)
  return key !== undefined && isEncrypted(key)
}

function whyLocked({ settings }: Target, { isSilent }: Answered): string {
  if (settings.batchMode) return ', and BatchMode asks nobody'
  return isSilent ? '' : ', and no passphrase was right'
}
