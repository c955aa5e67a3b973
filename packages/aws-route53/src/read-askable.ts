import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { Lookup, ttlOf } from './resolved.ts'

/**
 * Reads whether a name server answers about a name: that it is switched will be seen there.
 *
 * @throws ViridianError `E_NAME_SERVERS`
 */
export const readAskable = defineRead({
  name: 'aws-route53/read-askable',
  version: 1,
  input: Lookup.omit({ sets: true }),
  output: z.null(),
  calls: [],
  title: ({ name }) => `see that the name servers of ${name} answer`,
  run: async (lookup, c) => {
    await ttlOf(c, lookup)
    return null
  },
})
