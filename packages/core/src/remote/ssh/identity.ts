import { createPrivateKey, sign } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import type { ParsedKey } from 'ssh2'
import { typeOf } from './fingerprint.ts'
import { isEncrypted, privateKeyIn, publicKeyIn } from './key-file.ts'
import { ssh2 } from './libraries.ts'
import { isPkcs8, rewritten } from './pkcs8.ts'

/** A private key's file, read once a run. */
export type Identity = { readonly file: string; readonly certificate?: string } & (
  | { readonly status: 'ready'; readonly key: ParsedKey; readonly publicKey: Buffer }
  /** The public key, where it can be told without the passphrase: an agent may hold its other half. */
  | {
      readonly status: 'encrypted'
      readonly publicKey: ParsedKey | undefined
      unlock(passphrase: string): ParsedKey | Error
    }
  /** Only the public half is there: an agent may hold the other. */
  | { readonly status: 'public'; readonly publicKey: ParsedKey }
  | { readonly status: 'missing' }
  | { readonly status: 'unusable'; readonly reason: string }
)

/** Another passphrase may unlock the key; of other errors none does. */
export class WrongPassphrase extends Error {}

const securityKey = "it is a security key's, which takes transport: 'openssh'"

/** Reads private keys, each file once: also a clear one costs a parser's work for every host. */
export class Identities {
  readonly #read = new Map<string, Promise<Identity>>()

  get(file: string): Promise<Identity> {
    const read =
      this.#read.get(file) ??
      identityOf(file).catch(
        (error: unknown): Identity => ({ status: 'unusable', file, reason: String(error) }),
      )
    this.#read.set(file, read)
    return read
  }
}

/** The key in SSH's form, where it can be told. */
export function publicKeyOf(identity: Identity): Buffer | undefined {
  if (identity.status === 'ready') return identity.publicKey
  if (identity.status === 'encrypted' || identity.status === 'public')
    return identity.publicKey?.getPublicSSH()
  return undefined
}

async function identityOf(file: string): Promise<Identity> {
  const certificate = `${file}-cert.pub`
  const [identity, isCertified] = await Promise.all([readIdentity(file), exists(certificate)])
  return isCertified ? { ...identity, certificate } : identity
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

async function readIdentity(file: string): Promise<Identity> {
  const [whole, beside] = await Promise.all([textOf(file), textOf(`${file}.pub`)])
  const publicText = beside ?? (whole !== undefined && /^(?:ssh|ecdsa|sk)-/.test(whole) ? whole : undefined)
  const text = whole === undefined ? undefined : privateKeyIn(whole)
  if (whole === undefined && publicText === undefined) return { status: 'missing', file }
  if (text === undefined && publicText !== undefined) return publicIdentity(file, publicText)
  if (text === undefined)
    return {
      status: 'unusable',
      file,
      reason: whole?.startsWith('PuTTY-') ? puttys(file) : 'it holds no private key',
    }
  const blob = publicKeyIn(text)
  if (blob !== undefined && typeOf(blob).startsWith('sk-'))
    return { status: 'unusable', file, reason: securityKey }
  if (!isEncrypted(text)) return parse(file, text)
  const known = blob === undefined ? publicText : asText(blob)
  const publicKey = known === undefined ? undefined : parsedKey(known)
  return {
    status: 'encrypted',
    file,
    publicKey: publicKey instanceof Error ? undefined : publicKey,
    unlock: (passphrase) => {
      const parsed = parsedKey(text, passphrase)
      return parsed instanceof Error ? lockedBy(parsed) : withCachedKey(parsed)
    },
  }
}

const puttys = (file: string): string =>
  `it is PuTTY's, which puttygen converts: puttygen ${file} -O private-openssh -o ${file.replace(/\.ppk$/, '')}.key`

function publicIdentity(file: string, text: string): Identity {
  const publicKey = parsedKey(text)
  if (!(publicKey instanceof Error)) return { status: 'public', file, publicKey }
  return { status: 'unusable', file, reason: text.startsWith('sk-') ? securityKey : publicKey.message }
}

function parse(file: string, text: string): Identity {
  const parsed = parsedKey(text)
  if (parsed instanceof Error) return { status: 'unusable', file, reason: parsed.message }
  if (!parsed.isPrivateKey()) return { status: 'unusable', file, reason: 'it holds no private key' }
  return { status: 'ready', file, key: withCachedKey(parsed), publicKey: parsed.getPublicSSH() }
}

// ssh2's types leave out that a file of several keys gives them all.
function parsedKey(text: string, passphrase?: string): ParsedKey | Error {
  try {
    const parsed: ParsedKey | ParsedKey[] | Error = isPkcs8(text)
      ? ssh2.utils.parseKey(rewritten(text, passphrase))
      : ssh2.utils.parseKey(text, passphrase)
    return Array.isArray(parsed) ? (parsed[0] ?? new Error('it holds no key')) : parsed
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

// What a wrong passphrase decrypts may look like anything: all is taken for one that is not known to be none.
function lockedBy(error: Error): Error {
  if ('code' in error && error.code === 'ERR_OSSL_EVP_UNSUPPORTED')
    return new Error('OpenSSL no longer supports its encryption')
  const isBeyondUs = /^Unsupported (?:cipher|kdf|OpenSSH|private)|^Cipher .* not supported|^SSH has no/
  return isBeyondUs.test(error.message) ? error : new WrongPassphrase(error.message)
}

const hashes: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'ssh-rsa': 'sha1',
}

// ssh2 parses the PEM anew for every signature: 502 µs each, against 33 µs with a key parsed once.
function withCachedKey(parsed: ParsedKey): ParsedKey {
  const key = createPrivateKey(parsed.getPrivatePEM())
  parsed.sign = (data, algorithm) => sign(algorithm ?? hashes[parsed.type] ?? null, Buffer.from(data), key)
  return parsed
}

const asText = (blob: Buffer): string => `${typeOf(blob)} ${blob.toString('base64')}`

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
