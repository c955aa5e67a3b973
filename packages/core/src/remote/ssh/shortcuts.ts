import type { Client, ParsedKey } from 'ssh2'

/*
 * What ssh2 does at each login that no host needs. Its own properties are the only way to it: should a release no longer
 * have them, logins take longer, and `shortcuts.test.ts` tells.
 */

/** To be called while the keys are exchanged. */
export function takeShortcuts(client: Client): void {
  leaveOutProofs(client)
  signAtOnce(client)
}

/**
 * ssh2 has each server that calls itself OpenSSH prove all of its host keys, by a signature for each, and tells of them by
 * an event that nobody here listens to. Nothing else that is used here goes by what the server calls itself.
 */
function leaveOutProofs(client: Client): void {
  Object.assign(client, { _remoteVer: '' })
}

type AskOrSign = (
  user: string,
  key: ParsedKey,
  algorithm: string | undefined,
  sign?: (data: Buffer, send: (signature: Buffer) => void) => void,
) => void

/**
 * ssh2 asks a server about a key before it signs with it. Where the key is at hand, its signature is the question: a way
 * to the host and back less.
 */
function signAtOnce(client: Client): void {
  const protocol: unknown = Reflect.get(client, '_protocol')
  if (!hasAskOrSign(protocol)) return
  const askOrSign = protocol.authPK.bind(protocol)
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign || !key.isPrivateKey()) return askOrSign(user, key, algorithm, sign)
    askOrSign(user, key, algorithm, (data, send) => {
      const signature = key.sign(data, hashOf(algorithm))
      if (signature instanceof Error) askOrSign(user, key, algorithm)
      else send(signature)
    })
  }
}

const hasAskOrSign = (protocol: unknown): protocol is { authPK: AskOrSign } =>
  typeof protocol === 'object' &&
  protocol !== null &&
  'authPK' in protocol &&
  typeof protocol.authPK === 'function'

const hashOf = (algorithm: string | undefined): string | undefined =>
  algorithm?.startsWith('rsa-sha2-') ? algorithm.replace('rsa-sha2-', 'sha') : undefined
