import type { Tag } from '@aws-sdk/client-elastic-load-balancing'
import type { Fates } from '@viridian/aws'

/** What a thing's owner has said of it by tags. */
export interface OwnersTags {
  readonly Tags: readonly Tag[]
}

export const taggedFates = { Tags: 'copied' } as const satisfies Fates<OwnersTags>

/** Without the tags of AWS itself and of runs: a copy has its own. */
export const ownersTags = (tags: readonly Tag[] = []): OwnersTags => ({
  Tags: tags.filter(({ Key = '' }) => !/^(aws|viridian):/.test(Key)),
})
