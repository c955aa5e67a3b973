import type { Writable } from 'node:stream'
import { quotePath } from '../command/quote.ts'
import type { PutSource } from './options.ts'

/*
 * Transfers as people read them.
 */

export function shownPut(source: PutSource, remote: string): string {
  if (typeof source === 'string') return `put ${source} ${quotePath(remote)}`
  if ('template' in source) {
    const name = typeof source.template === 'string' ? `${source.template} ` : ''
    return `template ${name}${quotePath(remote)}`
  }
  return `write ${quotePath(remote)}`
}

export const shownGet = (remote: string, local: string | Writable): string =>
  typeof local === 'string' ? `get ${quotePath(remote)} ${local}` : shownRead(remote)

export const shownRead = (remote: string): string => `read ${quotePath(remote)}`
