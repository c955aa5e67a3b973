import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import ssh2 from 'ssh2'

/** A machine's own SSH host key. */
export interface HostKey {
  /** The private key in OpenSSH's format. */
  readonly private: string
  /** `ssh-ed25519 AAAA…` */
  readonly public: string
  /** As `ssh-keygen -l` prints it: `SHA256:…` */
  readonly fingerprint: string
}

/** Reads the key at `path`, or makes one there. */
export async function hostKeyAt(path: string, comment: string): Promise<HostKey> {
  const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (existing !== undefined) return describe(existing)
  const made = generate(comment)
  const key = describe(made)
  await writeFile(path, made, { mode: 0o600 })
  await writeFile(`${path}.pub`, `${key.public} ${comment}\n`)
  return key
}

function generate(comment: string): string {
  // One in some hundred of the generator's ed25519 keys cannot be parsed again.
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair.private
  }
}

function describe(text: string): HostKey {
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) throw new Error(`The SSH host key cannot be read: ${key.message}`, { cause: key })
  const blob = key.getPublicSSH()
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return { private: text, public: `${key.type} ${blob.toString('base64')}`, fingerprint: `SHA256:${digest}` }
}
