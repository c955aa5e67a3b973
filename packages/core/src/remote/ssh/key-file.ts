const openSshKey = /^-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+)-----END OPENSSH PRIVATE KEY-----/

const privateKey =
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z]+ )?PRIVATE KEY-----|$)/

/** A file's private key without what `openssl` may write around it; undefined: there is none. */
export const privateKeyIn = (text: string): string | undefined => privateKey.exec(text)?.[0]

/** True for a private key that takes a passphrase. */
export function isEncrypted(text: string): boolean {
  const blob = openSshBlob(text)
  if (blob === undefined) return /^Proc-Type: 4,ENCRYPTED|^-----BEGIN ENCRYPTED PRIVATE KEY/m.test(text)
  return fields(blob)[0]?.toString() !== 'none'
}

/** The public half that a private key in OpenSSH's own form holds in clear: cipher, kdf, kdf options, a count, the key. */
export function publicKeyIn(text: string): Buffer | undefined {
  const blob = openSshBlob(text)
  if (blob === undefined) return undefined
  const head = fields(blob).slice(0, 3)
  const start = head.reduce((sum, { length }) => sum + 4 + length, 4)
  return fields(blob.subarray(start))[0]
}

function openSshBlob(text: string): Buffer | undefined {
  const body = openSshKey.exec(text.trim())?.[1]
  // Behind the form's name, and the zero that ends it.
  return body === undefined ? undefined : Buffer.from(body, 'base64').subarray(15)
}

// SSH's strings: a length of four bytes, then as many bytes.
function fields(blob: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at + 4 <= blob.length; ) {
    const end = at + 4 + blob.readUInt32BE(at)
    found.push(blob.subarray(at + 4, end))
    at = end
  }
  return found
}
