import type { Mask } from '../events/mask.ts'

type Done = (error?: Error | null) => void

/**
 * What a task writes to the process's own outputs, by `console` or itself, is masked while its run goes on; where standard
 * output is for events alone it goes to standard error. Gives back the way out.
 */
export function takeTaskOutput(mask: Mask, json: boolean): () => void {
  const { stdout, stderr } = process
  const restore = [divert(stdout, mask, json ? stderr : stdout), divert(stderr, mask, stderr)]
  return () => {
    for (const each of restore) each()
  }
}

function divert(from: NodeJS.WriteStream, mask: Mask, to: NodeJS.WriteStream): () => void {
  const before = from.write
  const write = to.write.bind(to)
  from.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) => {
    const text = masked(mask, chunk)
    return typeof encoding === 'function' ? write(text, encoding) : write(text, encoding, done)
  }
  return () => {
    from.write = before
  }
}

/** Bytes in which there is no secret stay as they are, whether they are a text or not. */
function masked(mask: Mask, chunk: string | Uint8Array): string | Uint8Array {
  const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
  const shown = mask.text(text)
  return shown === text ? chunk : shown
}
