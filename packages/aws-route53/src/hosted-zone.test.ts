import { afterEach, expect, test } from 'vitest'
import { answering } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { zoneOf } from './hosted-zone.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const page = (id: string, next = ''): string => `<?xml version="1.0"?>
<ListHostedZonesByNameResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
  <HostedZones><HostedZone><Id>/hostedzone/${id}</Id><Name>example.test.</Name><CallerReference>${id}</CallerReference></HostedZone></HostedZones>
  <IsTruncated>${next !== ''}</IsTruncated>${next}<MaxItems>1</MaxItems>
</ListHostedZonesByNameResponse>`

test('where a page ends among zones of one name, the next one goes on with the zone behind it', async () => {
  const next = '<NextDNSName>example.test.</NextDNSName><NextHostedZoneId>Z2</NextHostedZoneId>'
  const asked: Record<string, string>[] = []
  const server = await answering(({ url = '' }, response) => {
    asked.push(Object.fromEntries(new URL(url, 'http://route53').searchParams))
    response.end(asked.length === 1 ? page('Z1', next) : page('Z2'))
  })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  await expect(zoneOf(c, 'example.test')).rejects.toMatchObject({
    code: 'E_ZONE_AMBIGUOUS',
    message: expect.stringContaining('Z1 (public example.test), Z2 (public example.test)'),
  })
  expect(asked).toEqual([{ dnsname: 'example.test.' }, { dnsname: 'example.test.', hostedzoneid: 'Z2' }])
})
