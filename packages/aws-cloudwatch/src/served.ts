import { defineCheck, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Measured, measure, parseTime, totalOf } from './metrics.ts'
import { Watched, watchedName } from './watched.ts'

/**
 * Tests that balancers have served since a time (`GetMetricStatistics`): requests were counted, and in every whole period
 * some node of the balancer saw a healthy instance.
 */
export const testServed = defineCheck({
  name: 'aws-cloudwatch/test-served',
  version: 3,
  input: z.strictObject({
    balancers: z.array(Watched),
    /** ISO 8601. */
    since: z.string(),
  }),
  output: z.strictObject({ requests: z.number() }),
  calls: ['cloudwatch:GetMetricStatistics'],
  title: ({ balancers, since }) =>
    `see that ${balancers.map(watchedName).join(', ')} has served since ${since}`,
  run: async ({ balancers, since }, c) => {
    const [from, to] = [parseTime(since), new Date()]
    let requests = 0
    for (const balancer of balancers) {
      const counted = await measure(c, balancer, 'requests', from, to)
      const healthy = await measure(c, balancer, 'healthy', from, to)
      const reason = whyNotServed(counted, healthy, from, to)
      if (reason !== undefined) throw notServed(`${watchedName(balancer)}: ${reason} (since ${since})`)
      requests += totalOf(counted)
    }
    return { requests }
  },
})

/** Why a balancer has not served all the time, in words; undefined when it has. */
export function whyNotServed(
  requests: Measured,
  healthy: Measured,
  from: Date,
  to: Date,
): string | undefined {
  if (requests.points.length === 0) return 'no requests were counted'
  if (totalOf(requests) === 0) return 'there were 0 requests'
  const { periodMs } = healthy
  // A period in which the time began holds what was before it.
  const whole = healthy.points.filter(
    ({ at }) => at.getTime() >= from.getTime() && at.getTime() + periodMs <= to.getTime(),
  )
  const empty = whole.find(({ value }) => value === 0)
  return empty && `no instance was healthy in the minutes from ${empty.at.toISOString()}`
}

const notServed = (message: string): ViridianError =>
  new ViridianError('E_NOT_SERVED', message, {
    hint: 'see that traffic arrives there; a minute is counted up to two minutes late: try again then',
    place: { call: 'cloudwatch:GetMetricStatistics' },
  })
