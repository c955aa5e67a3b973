import { ViridianError } from '../error.ts'
import type { HostSpec } from '../remote/transport.ts'

const most = 10_000

/** True for a text that stands for several hosts: `web-*`, `web-?`, `web-[1-40,44]`. */
export const isPattern = (text: string): boolean => /[*?]|\[\d[\d,-]*\]/.test(text)

/** The names in `web-[1,3],db-*`: a comma inside brackets separates none. */
export const splitHosts = (text: string): string[] =>
  text
    .split(/,(?![\d,-]*\])/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/**
 * Tells whether a host is called so: by its name or its address, one by one or as a pattern. `*` stands for any text, `?`
 * for one character, `[1-40,44]` for numbers, as messages name many hosts.
 *
 * @throws ViridianError `E_HOST_PATTERN` for numbers that are none, or too many
 */
export function namedBy(pattern: string): (host: HostSpec) => boolean {
  if (!isPattern(pattern)) return ({ name, address }) => name === pattern || address === pattern
  const source = pattern
    .split(/(\*|\?|\[\d[\d,-]*\])/)
    .map((part, index) => (index % 2 === 0 ? literal(part) : wildcard(part, pattern)))
  const whole = new RegExp(`^${source.join('')}$`)
  return ({ name, address = '' }) => whole.test(name) || whole.test(address)
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

function wildcard(part: string, pattern: string): string {
  if (part === '*') return '.*'
  if (part === '?') return '.'
  const numbers = part
    .slice(1, -1)
    .split(',')
    .flatMap((range) => numbersOf(range, pattern))
  return `(?:${numbers.join('|')})`
}

/** `08-11` is 08, 09, 10, 11. */
function numbersOf(range: string, pattern: string): string[] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? []
  const length = Number(to) - Number(from) + 1
  if (from === undefined || !(length >= 1 && length <= most)) {
    throw new ViridianError('E_HOST_PATTERN', `"${range}" in "${pattern}" is no range of numbers`, {
      hint: `write it as in web-[1-40,44], the smaller number first, at most ${most} of them`,
    })
  }
  if (range === from) return [from]
  return Array.from({ length }, (_, index) => String(Number(from) + index).padStart(from.length, '0'))
}
