import { afterEach, expect, test } from 'vitest'
import { answering } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { readTargets } from './read-record-sets.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const name = 'www.example.test.'

/** A page with one of the record sets that answer for the name. */
const page = (identifier: string, next = ''): string => `<?xml version="1.0"?>
<ListResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
  <ResourceRecordSets><ResourceRecordSet>
    <Name>${name}</Name><Type>CNAME</Type><SetIdentifier>${identifier}</SetIdentifier><Weight>1</Weight><TTL>60</TTL>
    <ResourceRecords><ResourceRecord><Value>${identifier}.example.test</Value></ResourceRecord></ResourceRecords>
  </ResourceRecordSet></ResourceRecordSets>
  <IsTruncated>${next !== ''}</IsTruncated>${next}<MaxItems>1</MaxItems>
</ListResourceRecordSetsResponse>`

test('where a page ends among the record sets of one name, the next one goes on with the set behind it', async () => {
  const next = `<NextRecordName>${name}</NextRecordName><NextRecordType>CNAME</NextRecordType><NextRecordIdentifier>green</NextRecordIdentifier>`
  const asked: Record<string, string>[] = []
  const server = await answering(({ url = '' }, response) => {
    asked.push(Object.fromEntries(new URL(url, 'http://route53').searchParams))
    response.end(asked.length === 1 ? page('blue', next) : page('green'))
  })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  expect(await readTargets(c, 'Z1', name)).toEqual(['blue.example.test', 'green.example.test'])
  expect(asked).toEqual([{ name }, { name, type: 'CNAME', identifier: 'green' }])
})
