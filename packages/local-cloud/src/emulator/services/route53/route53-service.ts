import type { ResolveName } from '../../hardware/names.ts'
import { sdk } from '../../sdk.ts'
import type { Service } from '../../service.ts'
import type { Traffic } from '../elb/traffic.ts'
import { answerHandlers } from './answer-handlers.ts'
import { recordHandlers } from './record-handlers.ts'
import { resolver } from './resolution.ts'
import { tagHandlers } from './tag-handlers.ts'
import { ZoneBook, type ZoneBookParts } from './zone-book.ts'
import { zoneHandlers } from './zone-handlers.ts'

const client = sdk.route53

/** Route 53 (API version 2013-04-01): the service, and the answers that its zones give. */
export interface Route53 {
  readonly service: Service<typeof client>
  /** For the name server. */
  readonly resolveName: ResolveName
  close(): void
}

export function route53Service(parts: ZoneBookParts & { readonly traffic: Traffic }): Route53 {
  const book = new ZoneBook(parts)
  const resolveName = resolver({
    clock: parts.clock,
    zones: () => book.all(),
    balancerByName: (dnsName) => parts.traffic.byDnsName(dnsName),
    random: Math.random,
  })
  return {
    service: {
      signingName: 'route53',
      client,
      handlers: {
        ...zoneHandlers(book),
        ...recordHandlers(book, parts.traffic),
        ...tagHandlers(book),
        ...answerHandlers(book, resolveName),
      },
    },
    resolveName,
    close: () => book.close(),
  }
}
