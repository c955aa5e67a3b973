import type { TrustStore as WireTrustStore } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { invalidMarker } from './balancer-handlers.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import { type Place, trustStoreArn } from './names.ts'
import { addTags } from './tags.ts'
import { type TrustStore, trustStoreNotFound } from './trust-store-book.ts'

/**
 * The operations on trust stores. There is no S3 to read their authorities from: listeners name them, and ask no client for
 * a certificate.
 */
export function trustStoreHandlers(book: Elbv2Book, place: Place): Elbv2Handlers {
  const stores = book.trustStores
  return {
    CreateTrustStore(input) {
      const name = required(input.Name, 'name')
      if (!/^[A-Za-z0-9-]{1,32}$/.test(name) || /^-|-$/.test(name))
        throw validationError(`The trust store name '${name}' is not valid`)
      required(input.CaCertificatesBundleS3Bucket, 'caCertificatesBundleS3Bucket')
      required(input.CaCertificatesBundleS3Key, 'caCertificatesBundleS3Key')
      if (stores.all().some((store) => store.name === name))
        throw new AwsError('DuplicateTrustStoreName', `A trust store with the name '${name}' already exists`)
      const store = { arn: trustStoreArn(place, name), name, tags: addTags({}, input.Tags ?? []) }
      stores.add(store)
      return { TrustStores: [describe(store)] }
    },
    DescribeTrustStores({ TrustStoreArns, Names, Marker, PageSize = 400 }) {
      const missing = Names?.find((name) => !stores.all().some((store) => store.name === name))
      if (missing !== undefined) throw trustStoreNotFound(missing)
      const all =
        TrustStoreArns?.map((arn) => stores.find(arn)) ??
        stores.all().filter(({ name }) => Names?.includes(name) ?? true)
      const page = pageOf(all, within(PageSize, 'pageSize', 1, 400), Marker, () => invalidMarker(Marker))
      return {
        TrustStores: page.items.map(describe),
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    DeleteTrustStore(input) {
      const { arn } = stores.find(input.TrustStoreArn)
      const isUsed = book
        .balancers()
        .some(({ listeners }) => listeners.some((each) => each.mutualAuthentication?.TrustStoreArn === arn))
      if (isUsed) throw new AwsError('TrustStoreInUse', `Trust store '${arn}' is in use`)
      stores.remove(arn)
      return {}
    },
  }
}

function describe({ arn, name }: TrustStore): WireTrustStore {
  return {
    Name: name,
    TrustStoreArn: arn,
    Status: 'ACTIVE',
    NumberOfCaCertificates: 1,
    TotalRevokedEntries: 0,
  }
}
