import { awsCode, poll } from '@viridian/aws'
import { defineCheck, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { route53Api } from './api.ts'

const withinMs = 600_000
const Change = z.object({ ChangeInfo: z.object({ Status: z.string() }) })

/**
 * Waits until all of a zone's name servers have a change (`GetChange`: `INSYNC`), and says when it was seen. The id of a change whose answer was lost
 * is not known: then the check of what they answer is all that there is.
 */
export const seeInSync = defineCheck({
  name: 'aws-route53/see-in-sync',
  version: 2,
  input: z.strictObject({ name: z.string(), change: z.string().optional() }),
  /** In milliseconds, as `Date.now` gives them. */
  output: z.strictObject({ at: z.number() }),
  calls: ['route53:GetChange'],
  title: ({ name }) => `see the change of ${name} at all name servers`,
  run: async ({ change }, c) => {
    await waitInSync(c, change)
    return { at: Date.now() }
  },
})

/** Waits until a change is in sync; at once when its id is not known, or not any more. */
export async function waitInSync(c: StepContext, change: string | undefined): Promise<void> {
  if (change === undefined) return
  await poll(c, {
    what: 'the change at all name servers',
    deadlineMs: withinMs,
    hint: 'Route 53 takes up to 60 s as a rule: its status page tells of disturbances',
    look: async () => {
      const status = await statusOf(c, change)
      return status === 'INSYNC' ? { done: undefined } : { waiting: `the change is ${status}` }
    },
  })
}

async function statusOf(c: StepContext, Id: string): Promise<string> {
  try {
    return (await route53Api(c, 'GetChange', { Id }, Change)).ChangeInfo.Status
  } catch (error) {
    // Route 53 forgets the ids of changes that have long been in sync.
    if (awsCode(error) === 'NoSuchChange') return 'INSYNC'
    throw error
  }
}
