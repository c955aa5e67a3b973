import { lookup, resolveCname } from 'node:dns/promises'
import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import { ViridianError } from '../../error.ts'
import { patternListOf } from './pattern.ts'
import type { PermittedCname, Said } from './said.ts'

/** What is asked of the name service; an answer holds for the run. */
export interface NameService {
  exists(name: string): Promise<boolean>
  /** The name that CNAMEs lead to in the end: the same one where there are none. */
  canonical(name: string): Promise<string>
}

/** An address in its usual form; undefined for what is no address. */
export function addressOf(host: string): string | undefined {
  if (isIPv4(host)) return host
  if (isIPv6(host))
    return host.includes('%') ? host : new SocketAddress({ address: host, family: 'ipv6' }).address
  // Short and other forms, as inet_aton reads them: 127.1, 0x7f000001.
  return /^(?:0x[\da-f]+|\d+)(?:\.(?:0x[\da-f]+|\d+)){0,3}$/i.test(host) && URL.canParse(`http://${host}`)
    ? new URL(`http://${host}`).hostname
    : undefined
}

/** Looks like an address, and can be no name. */
const isAddressLike = (host: string): boolean => /^[\d.]*$/.test(host) || /[%:]/.test(host)

/**
 * The name to connect to in place of `host`, as CanonicalizeHostname and its like say.
 *
 * @throws ViridianError `E_HOST_UNREACHABLE` for a name found nowhere, where CanonicalizeFallbackLocal is off
 */
export async function canonicalName(host: string, said: Said, names: NameService): Promise<string> {
  const address = addressOf(host)
  if (address !== undefined) return address.toLowerCase() === host.toLowerCase() ? host : address
  if (isAddressLike(host)) return host
  const name = host.toLowerCase()
  const { canonicalizeHostname: asked = 'no', proxyJump, proxyCommand = 'none' } = said
  // Through a proxy the name means what the proxy makes of it.
  const isDirect = proxyJump === undefined && proxyCommand.toLowerCase() === 'none'
  if (asked === 'no' || (asked === 'yes' && !isDirect)) return name
  const full = await qualified(name, said, names)
  return aliased(full ?? name, said.canonicalizePermittedCnames ?? [], names)
}

/** The name with the first of CanonicalDomains behind it under which it exists; undefined: it is left as it is. */
async function qualified(name: string, said: Said, names: NameService): Promise<string | undefined> {
  const { canonicalizeMaxDots = 1, canonicalizeFallbackLocal = true, canonicalDomains = [] } = said
  const isAnchored = name.endsWith('.')
  if (!isAnchored && name.split('.').length - 1 > canonicalizeMaxDots) return undefined
  const candidates = isAnchored ? [name.slice(0, -1)] : canonicalDomains.map((domain) => `${name}.${domain}`)
  for (const candidate of candidates) if (await names.exists(`${candidate}.`)) return candidate
  if (canonicalizeFallbackLocal) return undefined
  const where = isAnchored ? '' : ` in any of ${canonicalDomains.join(', ') || 'no CanonicalDomains'}`
  throw new ViridianError('E_HOST_UNREACHABLE', `the name ${name} does not exist${where}`, {
    hint: 'check the name, CanonicalDomains, and CanonicalizeFallbackLocal in ssh_config',
  })
}

/** Where CNAMEs lead to from the name, if they may. */
async function aliased(
  name: string,
  permitted: readonly PermittedCname[],
  names: NameService,
): Promise<string> {
  if (permitted.length === 0) return name
  const target = await names.canonical(name)
  const isPermitted = permitted.some(
    (rule) => patternListOf(rule.sources)(name) && patternListOf(rule.targets)(target),
  )
  return isPermitted ? target : name
}

/** The system's name service, asked once for a name. */
export function systemNames(): NameService {
  const exists = new Map<string, Promise<boolean>>()
  const canonical = new Map<string, Promise<string>>()
  return {
    exists: (name) => once(exists, name, () => lookup(name).then(yes, no)),
    canonical: (name) => once(canonical, name, () => followCnames(name)),
  }
}

function once<Value>(answers: Map<string, Promise<Value>>, name: string, ask: () => Promise<Value>) {
  const answer = answers.get(name) ?? ask()
  answers.set(name, answer)
  return answer
}

const yes = (): boolean => true
// As OpenSSH has it, a name service that does not answer is no other than one that does not know.
const no = (): boolean => false

async function followCnames(name: string): Promise<string> {
  let current = name
  for (let steps = 0; steps < 16; steps += 1) {
    const [next] = await resolveCname(current).catch(() => [])
    if (next === undefined) break
    current = next
  }
  return current
}
