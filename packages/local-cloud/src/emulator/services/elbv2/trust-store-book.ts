import { AwsError } from '../../service.ts'
import type { Store } from '../../store.ts'

/** The authorities that clients' certificates are checked against. */
export interface TrustStore {
  readonly arn: string
  readonly name: string
  tags: Record<string, string>
}

/** The trust stores on record. */
export class TrustStoreBook {
  readonly #store: Store
  readonly #slice: Record<string, TrustStore>

  constructor(store: Store) {
    this.#store = store
    this.#slice = store.slice<Record<string, TrustStore>>('elasticloadbalancing-v2-trust-stores', () => ({}))
  }

  all(): TrustStore[] {
    return Object.values(this.#slice)
  }

  /** @throws AwsError `TrustStoreNotFound`. */
  find(arn = ''): TrustStore {
    const found = this.#slice[arn]
    if (found === undefined) throw trustStoreNotFound(arn)
    return found
  }

  add(store: TrustStore): void {
    this.#slice[store.arn] = store
    this.#store.save()
  }

  remove(arn: string): void {
    delete this.#slice[arn]
    this.#store.save()
  }
}

export function trustStoreNotFound(name: string): AwsError {
  return new AwsError('TrustStoreNotFound', `Trust store '${name}' not found`)
}
