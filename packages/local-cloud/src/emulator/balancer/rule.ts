import type { IncomingMessage } from 'node:http'
import { BlockList } from 'node:net'
import type { Condition, Rule } from '../hardware/rules.ts'

/** What rules look at. */
export type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Whether a request meets a rule; a connection, of which nothing is known, meets those without conditions. */
export function meets({ conditions }: Rule, request: Asked | undefined): boolean {
  return conditions.every((condition) => request !== undefined && holds(condition, request))
}

function holds(condition: Condition, request: Asked): boolean {
  const { field, values, regexes = [], name = '' } = condition
  const url = new URL(request.url ?? '/', 'http://balancer')
  const patterns = (flags: string): RegExp[] => [
    ...values.map((value) => pattern(value, flags)),
    ...regexes.map((regex) => new RegExp(regex, flags)),
  ]
  const any = (texts: readonly string[], flags = ''): boolean =>
    texts.some((text) => patterns(flags).some((each) => each.test(text)))
  switch (field) {
    case 'host-header':
      return any([(request.headers.host ?? '').replace(/:\d+$/, '')], 'i')
    case 'path-pattern':
      return any([url.pathname])
    case 'http-request-method':
      return values.includes(request.method ?? '')
    case 'http-header':
      return any([request.headers[name.toLowerCase()] ?? []].flat(), 'i')
    case 'query-string':
      return any(
        [...url.searchParams].flatMap(([key, value]) => [`${key}=${value}`, `=${value}`]),
        'i',
      )
    case 'source-ip':
      return isWithin(request.socket.remoteAddress ?? '', values)
  }
}

/** Changes a request as its rule says, before anybody else looks at it. */
export function rewrite(request: IncomingMessage, { rewrites = [] }: Rule): void {
  for (const { of, regex, replace } of rewrites) {
    const changed = (text = ''): string => text.replace(new RegExp(regex), replace)
    if (of === 'url') request.url = changed(request.url)
    else {
      request.headers.host = changed(request.headers.host)
      request.rawHeaders = request.rawHeaders.map((text, index, all) =>
        index % 2 === 1 && all[index - 1]?.toLowerCase() === 'host' ? changed(text) : text,
      )
    }
  }
}

/** `*` stands for any characters, and `?` for one. */
function pattern(wildcards: string, flags: string): RegExp {
  const quoted = wildcards.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${quoted.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags)
}

function isWithin(address: string, blocks: readonly string[]): boolean {
  const list = new BlockList()
  for (const block of blocks) {
    const [network = '', bits = ''] = block.split('/')
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}
