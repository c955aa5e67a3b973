import { relative } from 'node:path'
import type { ErrorPlace } from './error.ts'

/** A place as people read it; undefined where there is nothing to say. */
export function placeText({ file, line, host, call, requestId }: ErrorPlace = {}): string | undefined {
  const parts = [
    file !== undefined && `${fromHere(file)}${line === undefined ? '' : `:${line}`}`,
    host !== undefined && `host ${host}`,
    call !== undefined && `call ${call}`,
    requestId !== undefined && `request ${requestId}`,
  ].filter((part) => part !== false)
  return parts.length > 0 ? parts.join(', ') : undefined
}

/** A file as one names it from here. */
function fromHere(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') ? file : path
}
