import { awsCode, ec2Api, type Instance, poll } from '@viridian/aws'
import { defineRead, type StepContext, type Steps } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { hostKeysIn } from './console-keys.ts'

const shownWithinMs = 600_000
const Console = z.object({ Output: z.string().optional() })

/** Instances with the SSH host keys that their consoles show. */
export async function withConsoleKeys(t: Steps, instances: readonly Instance[]): Promise<Instance[]> {
  const keys = await t.step(readHostKeys, { ids: instances.map(({ id }) => id) })
  return instances.map((instance) => {
    const hostKeys = keys[instance.id]
    return hostKeys ? { ...instance, hostKeys } : instance
  })
}

/** The SSH host keys of instances, from their console output (`GetConsoleOutput`), waited for. */
export const readHostKeys = defineRead({
  name: 'aws-ec2/read-host-keys',
  version: 1,
  input: z.strictObject({ ids: z.array(z.string()) }),
  output: z.record(z.string(), z.array(z.string())),
  calls: ['ec2:GetConsoleOutput'],
  title: () => 'read host keys from the consoles',
  placeholder: (): Record<string, string[]> => ({}),
  run: async ({ ids }, c) => {
    const keys = new Map<string, string[]>()
    return poll(c, {
      what: `host keys on ${ids.length} consoles`,
      deadlineMs: shownWithinMs,
      hint: 'an image without cloud-init prints none: with trustConsole: false known_hosts decides',
      look: async () => {
        const missing = ids.filter((id) => !keys.has(id))
        for (const [id, shown] of await shownHostKeys(c, missing)) keys.set(id, shown)
        const left = ids.filter((id) => !keys.has(id))
        if (left.length === 0) return { done: Object.fromEntries(keys) }
        return { waiting: `waiting for the consoles of ${left.join(', ')}` }
      },
    })
  },
})

/** The SSH host keys that the consoles of these instances show now (`GetConsoleOutput`), of those that show any. */
export async function shownHostKeys(c: StepContext, ids: readonly string[]): Promise<Map<string, string[]>> {
  const shown = await Promise.all(ids.map(async (id) => [id, hostKeysIn(await consoleOf(c, id))] as const))
  return new Map(shown.filter(([, keys]) => keys.length > 0))
}

async function consoleOf(c: StepContext, id: string): Promise<string> {
  const { Output = '' } = await latestOutput(c, id)
  return Buffer.from(Output, 'base64').toString('utf8')
}

async function latestOutput(c: StepContext, InstanceId: string): Promise<z.infer<typeof Console>> {
  try {
    return await ec2Api(c, 'GetConsoleOutput', { InstanceId, Latest: true }, Console)
  } catch (error) {
    // Only newer instance types have a serial console to look at; of others AWS keeps what was posted at boot.
    if (awsCode(error) !== 'UnsupportedOperation') throw error
    return ec2Api(c, 'GetConsoleOutput', { InstanceId }, Console)
  }
}
