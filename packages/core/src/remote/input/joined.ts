// Bytes.
const enough = 256 * 1024

/** The same bytes in chunks of 256 KiB and more, the last one aside: many small ones cost more than the copying. */
export async function* joined(
  source: AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    parts.push(bytes)
    size += bytes.length
    if (size < enough) continue
    yield parts.length === 1 ? bytes : Buffer.concat(parts)
    parts = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(parts)
}
