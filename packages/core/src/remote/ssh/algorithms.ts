import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2'
import { ViridianError } from '../../error.ts'
import { patternOf } from '../ssh-config/pattern.ts'
import type { Target } from './target.ts'

/** One kind of algorithms: those that are offered unless ssh_config says otherwise, and others that could be. */
interface Kind<Name extends string> {
  readonly usual: readonly Name[]
  readonly more: readonly Name[]
}

const kex: Kind<KexAlgorithm> = {
  // ecdh on nistp256 first: a tenth less wall time over many hosts than with curve25519.
  usual: [
    'ecdh-sha2-nistp256',
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  more: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
}

const hostKeys: Kind<ServerHostKeyAlgorithm> = {
  usual: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  more: ['ssh-rsa', 'ssh-dss'],
}

// Where nothing is said, ssh2's own order stands: it goes by what the processor is good at.
const ciphers: Kind<CipherAlgorithm> = {
  usual: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  more: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
}

const macs: Kind<MacAlgorithm> = {
  usual: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1',
  ],
  more: ['hmac-md5', 'hmac-sha1-96', 'hmac-md5-96'],
}

export interface Algorithms {
  kex: KexAlgorithm[]
  serverHostKey: ServerHostKeyAlgorithm[]
  cipher?: CipherAlgorithm[]
  hmac?: MacAlgorithm[]
}

const shared = new Map<string, Algorithms>()

/**
 * What is offered to a host, host keys of these types first: a server has several keys, and shows the first one asked
 * for. Hosts alike share the lists.
 *
 * @throws ViridianError `E_SSH_TRANSPORT` when ssh_config allows none that ssh2 has
 */
export function algorithmsFor(target: Target, knownTypes: readonly string[]): Algorithms {
  const { settings } = target
  const { kexAlgorithms, hostKeyAlgorithms, ciphers: ofCipher, macs: ofMac } = settings
  const key = JSON.stringify([kexAlgorithms, hostKeyAlgorithms, ofCipher, ofMac, [...new Set(knownTypes)]])
  const present = shared.get(key)
  if (present) return present
  const algorithms: Algorithms = {
    kex: chosen(target, 'KexAlgorithms', kex, kexAlgorithms),
    // A list of one's own keeps its order, as with OpenSSH.
    serverHostKey: knownFirst(chosen(target, 'HostKeyAlgorithms', hostKeys, hostKeyAlgorithms), knownTypes),
    ...(ofCipher !== undefined && { cipher: chosen(target, 'Ciphers', ciphers, ofCipher) }),
    ...(ofMac !== undefined && { hmac: chosen(target, 'MACs', macs, ofMac) }),
  }
  shared.set(key, algorithms)
  return algorithms
}

function knownFirst(all: ServerHostKeyAlgorithm[], types: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string): boolean =>
    types.includes(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)
  return [...all.filter(isKnown), ...all.filter((algorithm) => !isKnown(algorithm))]
}

/** A list as ssh_config has it: whole, or `+` more, `-` fewer, `^` first, of which patterns may stand for names. */
function chosen<Name extends string>(
  target: Target,
  keyword: string,
  { usual, more }: Kind<Name>,
  said: string | undefined,
): Name[] {
  if (said === undefined) return [...usual]
  const sign = /^[+^-]/.exec(said)?.[0] ?? ''
  const patterns = said.slice(sign.length).split(',')
  const named = patterns.flatMap((pattern) => [...usual, ...more].filter(patternOf(pattern)))
  const list: Record<string, readonly Name[]> = {
    '+': [...usual, ...named],
    '-': usual.filter((name) => !named.includes(name)),
    '^': [...named, ...usual],
    '': named,
  }
  const names = [...new Set(list[sign])]
  if (names.length > 0) return names
  throw new ViridianError(
    'E_SSH_TRANSPORT',
    `${keyword} ${said} of ${target.name} leaves none that is supported here`,
    {
      hint: "allow another one in ssh_config, or give the host transport: 'openssh'",
      place: { host: target.name },
    },
  )
}

/**
 * What to write in ssh_config for a server that has nothing of what was offered, by what ssh2 says of it: `no matching C->S
 * cipher`. Undefined: it says something else.
 */
export function concessionFor({ settings }: Target, message: string): string | undefined {
  const { kexAlgorithms, hostKeyAlgorithms, ciphers: ofCipher, macs: ofMac } = settings
  const write = (keyword: string, { more }: Kind<string>, said: string | undefined): string =>
    said === undefined
      ? `for an old server, write in ssh_config: ${keyword} +${more.join(',')}`
      : `see ${keyword} ${said} in ssh_config: an old server may need one of ${more.join(', ')}`
  const postQuantum = "for one that takes post-quantum key exchange only, give the host transport: 'openssh'"
  if (message.endsWith('no matching key exchange algorithm'))
    return `${write('KexAlgorithms', kex, kexAlgorithms)}; ${postQuantum}`
  if (message.endsWith('no matching host key format'))
    return write('HostKeyAlgorithms', hostKeys, hostKeyAlgorithms)
  if (/no matching \S+ cipher$/.test(message)) return write('Ciphers', ciphers, ofCipher)
  if (/no matching \S+ MAC$/.test(message)) return write('MACs', macs, ofMac)
  return undefined
}
