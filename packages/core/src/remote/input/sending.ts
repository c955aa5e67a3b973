import { setFlagsFromString } from 'node:v8'

// Bytes.
const much = 1024 * 1024

let senders = 0

/**
 * Runs what sends so many bytes. The heap is small, but each 64 MiB of the buffers that they are encrypted into begin a
 * collection of it, a bit at a time: a quarter of an upload's processor time went there. So V8 collects when it must.
 */
export async function sending<Value>(size: number, body: () => Promise<Value>): Promise<Value> {
  if (size < much) return body()
  senders += 1
  if (senders === 1) setFlagsFromString('--no-incremental-marking')
  try {
    return await body()
  } finally {
    senders -= 1
    if (senders === 0) setFlagsFromString('--incremental-marking')
  }
}
