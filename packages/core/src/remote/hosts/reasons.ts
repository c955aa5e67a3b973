import { ownNames } from '../files/names.ts'
import { hostNames } from './host-names.ts'

/** Why a host failed, in an error's own words. */
export interface HostReason {
  readonly name: string
  readonly address?: string | undefined
  readonly message: string
  /** Where it was, and what has caused it, a line each. */
  readonly because?: readonly string[]
}

/** Hosts that failed for the same reason. */
export interface SharedReason {
  readonly hosts: readonly string[]
  readonly lines: readonly string[]
}

const lastLines = 3
const few = 3
const most = 10

/** From the words as they are to what many hosts' words have in common. */
const views: readonly ((host: HostReason) => string)[] = [
  (host) => alike(reasonOf(host), host),
  (host) => firstOf(alike(reasonOf(host), host)),
  // Commands that hosts were given each in its own words.
  (host) => firstOf(alike(reasonOf(host), host)).replace(/^".*" (?=[a-z])/, ''),
]

/** Hosts by the reason that they failed for, the most frequent first: in the hosts' own words where that makes few. */
export function sharedReasons(failed: readonly HostReason[]): SharedReason[] {
  const enough = Math.min(most, Math.max(few, failed.length / 4))
  let groups = grouped(failed, reasonOf)
  for (const view of views) {
    if (groups.size <= enough) break
    const fewer = grouped(failed, view)
    if (fewer.size < groups.size) groups = fewer
  }
  return [...groups]
    .map(([reason, hosts]) => ({
      hosts: hosts.map(({ name }) => name),
      lines: linesOf(reason, hosts).map(alone),
    }))
    .sort((one, other) => other.hosts.length - one.hosts.length)
}

// What explained the name stands alone once the name is said before it.
const alone = (line: string): string => line.replace(/^\((\S+:\d+)\) /, '$1 ')

/** What hosts share; what is said only by each in its own words, as the first of them has it. */
function linesOf(reason: string, [first, ...others]: readonly HostReason[]): string[] {
  const shared = reason.split('\n')
  const own = first === undefined ? shared : reasonOf(first).split('\n')
  if (others.length === 0) return own
  const [, said, ...more] = own
  if (shared.length > 1 || first === undefined || said === undefined) return shared
  return [...shared, `    on ${first.name}: ${said.trim()}`, ...more]
}

function grouped(
  failed: readonly HostReason[],
  reasonFor: (host: HostReason) => string,
): Map<string, HostReason[]> {
  const groups = new Map<string, HostReason[]>()
  for (const host of failed) {
    const reason = reasonFor(host)
    const others = groups.get(reason)
    if (others) others.push(host)
    else groups.set(reason, [host])
  }
  return groups
}

const firstOf = (text: string): string => text.split('\n', 1).join()

/** One line or more for each reason, the hosts first. */
export function reasonLines(failed: readonly HostReason[]): string[] {
  const reasons = sharedReasons(failed)
  const lines = reasons.slice(0, most).map(({ hosts, lines }) => `  ${hostNames(hosts)}: ${lines.join('\n')}`)
  const rest = reasons.slice(most).flatMap(({ hosts }) => hosts)
  return rest.length > 0 ? [...lines, `  each for a reason of its own: ${hostNames(rest)}`] : lines
}

/** Whether a text begins with a host's name, and not with a word that begins in the same way. */
export const isOf = (name: string, text: string): boolean =>
  text.startsWith(`${name}: `) || text.startsWith(`${name} `)

/** What failed, and the last that was said about it; messages of commands begin with the host's name themselves. */
function reasonOf({ name, message, because = [] }: HostReason): string {
  const [first = '', ...rest] = message.split('\n')
  const last = rest.filter((line) => line.trim() !== '').slice(-lastLines)
  const reason = isOf(name, first) ? first.slice(name.length).replace(/^:? /, '') : first
  return [reason, ...[...last, ...because].map((line) => `    ${line.trim()}`)].join('\n')
}

const ip = /(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*(?::[\da-f]*){3,})(?![\w.])/gi

const wholeWord = (word: string): RegExp =>
  new RegExp(`(?<![\\w.-])${word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-]|\\.\\w)`, 'g')

/** A reason without what is this host's alone: its name and addresses, and what we have called a temporary file there. */
function alike(reason: string, { name, address }: HostReason): string {
  const own = [name, ...(address === undefined ? [] : [address])]
  const bare = own.reduce((text, word) => text.replaceAll(wholeWord(word), '…'), reason)
  return bare
    .replaceAll(ownNames, '…')
    .replaceAll(ip, '…')
    .replaceAll(/\(…(?::\d+)?\) /g, '')
}
