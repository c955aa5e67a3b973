import { appendFileSync, readFileSync } from 'node:fs'
import type { HostKey } from './host-key.ts'

const kept = 64 * 1024
const rule = '#'.repeat(61)

/** A machine's serial console: a log that outlives the machine's boots, its lines ended as a terminal wants them. */
export class Console {
  readonly #path: string
  readonly #started = performance.now()

  constructor(path: string) {
    this.#path = path
  }

  /** Adds a line with the seconds since boot, as the kernel and cloud-init's output show them. */
  print(line: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(6)
    this.#write([`[${seconds.padStart(12)}] ${line}`])
  }

  /** Prints fingerprints and keys in the form of cloud-init's `keys-to-console`: `ec2:` before the fingerprints alone. */
  printHostKey(key: HostKey, comment: string): void {
    this.#write([
      'ec2: ',
      `ec2: ${rule}`,
      'ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----',
      `ec2: 256 ${key.fingerprint} ${comment} (ED25519)`,
      'ec2: -----END SSH HOST KEY FINGERPRINTS-----',
      `ec2: ${rule}`,
      '-----BEGIN SSH HOST KEY KEYS-----',
      `${key.public} ${comment}`,
      '-----END SSH HOST KEY KEYS-----',
    ])
  }

  #write(lines: readonly string[]): void {
    appendFileSync(this.#path, lines.map((line) => `${line}\r\n`).join(''))
  }
}

/** The last 64 KB of the console, which is what EC2 keeps; empty before the first boot. */
export function readConsole(path: string): string {
  try {
    return readFileSync(path).subarray(-kept).toString('utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
