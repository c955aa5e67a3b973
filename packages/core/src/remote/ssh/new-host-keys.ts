import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ViridianError } from '../../error.ts'
import { Semaphore } from '../semaphore.ts'
import type { Ask } from '../terminal/prompt.ts'
import { fingerprint, typeOf } from './fingerprint.ts'
import { hashedName } from './hashed-name.ts'
import { hostKeyError, otherwiseKnown, shownKey, unknownKey } from './host-key-error.ts'
import type { HostTime } from './host-time.ts'
import type { KnownHosts } from './known-hosts.ts'
import type { Target } from './target.ts'

/** A host and its key, which no known_hosts file has. */
export interface Meeting {
  readonly target: Target
  readonly key: Buffer
  readonly known: KnownHosts
  /** What the host is looked up by. */
  readonly names: [name: string, port?: number]
  readonly time: HostTime
}

/**
 * Decides on keys that are not known, as StrictHostKeyChecking says. `ask` asks a person, and refuses where there is
 * none. `accept-new` and `no` add the key to the user's known_hosts and say so; both refuse a host that is known by keys
 * of other types, and `no`, unlike OpenSSH's, a changed key too: nobody would notice another machine in its place.
 */
export class NewHostKeys {
  readonly #ask: Ask
  readonly #note: (text: string) => void
  readonly #learns: boolean
  /** One at a time: two names of one host ask once, and lines are added whole. */
  readonly #turn = new Semaphore(1)

  /** @param learns - false: what is trusted is trusted by this process alone, and written nowhere */
  constructor(ask: Ask, note: (text: string) => void, learns: boolean) {
    this.#ask = ask
    this.#note = note
    this.#learns = learns
  }

  meet(meeting: Meeting): Promise<ViridianError | undefined> {
    return meeting.time.standing(() => this.#turn.run(undefined, () => this.#decide(meeting)))
  }

  async #decide(meeting: Meeting): Promise<ViridianError | undefined> {
    const { target, key, known, names } = meeting
    const { strictHostKeyChecking, batchMode } = target.settings
    const entries = known.entriesFor(...names)
    if (entries.some((entry) => entry.marker === undefined && entry.key.equals(key))) return undefined
    const otherwise = otherwiseKnown(entries)
    if (strictHostKeyChecking !== 'ask' && otherwise !== '') return unknownKey(target, key, entries)
    if (strictHostKeyChecking === 'ask') {
      const answer = batchMode ? undefined : await this.#trusts(target, key, otherwise)
      if (answer === undefined) return unknownKey(target, key, entries)
      if (!answer) return untrusted(target, key)
    }
    await this.#add(meeting)
    return undefined
  }

  async #trusts(target: Target, key: Buffer, otherwise: string): Promise<boolean | undefined> {
    const question = `${shownKey(target, key)}${otherwise}. Is it the right one? [yes/no/fingerprint]`
    for (let text = question; ; text = 'Please answer yes, no, or with the fingerprint') {
      const answer = (await this.#ask({ text, secret: false }))?.trim()
      if (answer === undefined) return undefined
      if (answer.toLowerCase() === 'no') return false
      if (answer.toLowerCase() === 'yes' || answer === fingerprint(key)) return true
    }
  }

  async #add({ target, key, known, names: [name, port] }: Meeting): Promise<void> {
    const host = port === undefined || port === 22 ? name : `[${name}]:${port}`
    const listed = target.settings.hashKnownHosts ? hashedName(host.toLowerCase()) : host.toLowerCase()
    const type = typeOf(key)
    const file = this.#learns ? target.ownKnownHosts : undefined
    const seen = `the ${type} key ${fingerprint(key)} of ${target.name}`
    let line = 0
    if (file === undefined) this.#note(`${seen} is trusted for this run, and in no known_hosts file`)
    else
      try {
        line = await append(file, `${listed} ${type} ${key.toString('base64')}\n`)
        this.#note(`${seen} is now in ${file}`)
      } catch (error) {
        this.#note(`${seen} is trusted for this run, but cannot be added to ${file}: ${String(error)}`)
      }
    known.add({ names: host.toLowerCase(), type, key, file: file ?? 'this run', line })
  }
}

/** Adds a line in one write, which other processes' lines cannot come between; gives its number. */
async function append(file: string, line: string): Promise<number> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a', 0o600)
  try {
    const text = await readFile(file, 'utf8')
    const start = text === '' || text.endsWith('\n') ? '' : '\n'
    await handle.write(`${start}${line}`)
    return `${text}${start}`.split('\n').length
  } finally {
    await handle.close()
  }
}

function untrusted(target: Target, key: Buffer): ViridianError {
  const message = `the ${typeOf(key)} key ${fingerprint(key)} of ${target.name} was not trusted`
  const hint = "compare it with the key on the host's console"
  return hostKeyError('E_HOST_KEY_UNKNOWN', target, message, hint)
}
