/** A name as Route 53 keeps it: in lower case, with the dot at its end, odd characters in octal (`\052` is `*`). */
export function canonicalName(name: string): string {
  const dotted = name.endsWith('.') ? name : `${name}.`
  return dotted
    .toLowerCase()
    .replace(/[^a-z0-9._\\-]/g, (odd) => `\\${odd.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/** A name as people write it and as DNS is asked for it. */
export function plainName(name: string): string {
  return canonicalName(name)
    .replace(/\.$/, '')
    .replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/**
 * Whether a text can be the name of a record, as Route 53 takes them: labels of 1 to 63 printable ASCII characters, 255
 * in all.
 */
export function isRecordName(text: string): boolean {
  const name = text.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((label) => /^[!-~]{1,63}$/.test(label))
}

/** The zones that a name may be in, as canonical names: the longest first. */
export function zonesAbove(name: string): string[] {
  const labels = canonicalName(name).split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

const dualstack = 'dualstack.'

/** A balancer's own DNS name, without the prefix that asks it for IPv6 addresses as well. */
export function balancerDnsName(dnsName: string): string {
  const plain = plainName(dnsName)
  return plain.startsWith(dualstack) ? plain.slice(dualstack.length) : plain
}

export const isDualstack = (dnsName: string): boolean => plainName(dnsName).startsWith(dualstack)

/** A balancer's DNS name as an alias of Route 53 has it. */
export const aliasName = (dnsName: string, withIpv6: boolean): string =>
  canonicalName(`${withIpv6 ? dualstack : ''}${balancerDnsName(dnsName)}`)

/** Whether a DNS name is a load balancer's: classic and ALB put the region before `elb`, NLB behind it. */
export const isBalancerDnsName = (dnsName: string): boolean =>
  /\.elb(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/.test(plainName(dnsName))

/**
 * A name's record as steps say what they touch and tasks what they lock: however the name is written.
 *
 * @example
 * ```ts
 * recordThing('WWW.example.com.') // 'record/www.example.com'
 *
 * const rename = task({ args: { record: 'string' }, locks: ({ record }) => [recordThing(record)] }, async (t) => {
 *   t.say(`renaming ${t.args.record}`)
 * })
 * ```
 */
export const recordThing = (name: string): string => `record/${plainName(name)}`
