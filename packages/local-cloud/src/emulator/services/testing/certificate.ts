import { generate } from 'selfsigned'

/** A certificate for a name, in PEM: signed by itself, or by an authority. */
export async function certificateFor(
  name: string,
  options: Parameters<typeof generate>[1] = {},
): Promise<{ certificate: string; privateKey: string }> {
  const made = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    ...options,
  })
  return { certificate: made.cert, privateKey: made.private }
}
