import { AwsError } from '../../service.ts'

/** A domain name as Route 53 keeps it: lower case, with the trailing dot, odd characters as `\052`. */
export function canonicalName(name: string): string {
  const dotted = name.endsWith('.') ? name : `${name}.`
  return dotted.toLowerCase().replace(/[^a-z0-9._\\-]/g, (odd) => {
    return `\\${odd.charCodeAt(0).toString(8).padStart(3, '0')}`
  })
}

/** @throws AwsError `InvalidDomainName`. */
export function checkDomainName(name: string): void {
  const labels = name.replace(/\.$/, '').split('.')
  const fits = name.length <= 255 && labels.every((label) => label.length > 0 && label.length <= 63)
  if (!fits || /\s/.test(name)) throw new AwsError('InvalidDomainName', `${name} is not a valid domain name`)
}

/** Whether a name is a zone's own or lies beneath it; both canonical. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`)
}

/** Orders names as Route 53 lists them: by their labels, from the last to the first. */
export function compareNames(one: string, other: string): number {
  return compareText(reversed(one), reversed(other))
}

export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function reversed(name: string): string {
  return name.replace(/\.$/, '').split('.').reverse().join('.')
}
