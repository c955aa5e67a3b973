import { type ResolveName, recordsOf } from '../../hardware/names.ts'
import { AwsError } from '../../service.ts'
import { canonicalName, isWithin } from './domain-name.ts'
import { nameServers } from './hosted-zone.ts'
import type { Route53Handlers, ZoneBook } from './zone-book.ts'

/** What a zone answers to a question, without a name server between. */
export function answerHandlers(book: ZoneBook, resolve: ResolveName): Route53Handlers {
  return {
    TestDNSAnswer({ HostedZoneId, RecordName = '', RecordType = 'A' }) {
      const zone = book.find(HostedZoneId)
      const name = canonicalName(RecordName)
      if (!isWithin(name, zone.name)) {
        throw new AwsError('InvalidInput', `Invalid request: ${name} is not in the zone ${zone.name}`)
      }
      const found = resolve(name, RecordType)
      return {
        Nameserver: nameServers[0] ?? '',
        RecordName: name,
        RecordType,
        RecordData: recordsOf(found).flatMap(({ values }) => values),
        ResponseCode: found === 'unknown' ? 'NXDOMAIN' : 'NOERROR',
        Protocol: 'UDP',
      }
    },
  }
}
