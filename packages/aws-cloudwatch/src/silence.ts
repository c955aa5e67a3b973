import { poll } from '@viridian/aws'
import { defineCheck, formatDuration, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { measure, parseTime, totalOf } from './metrics.ts'
import { Watched, watchedName } from './watched.ts'

/** Requests of this long before the switch count as seen: that there is a metric at all. */
const beforeMs = 300_000

const Input = z.strictObject({
  balancers: z.array(Watched),
  /** ISO 8601: when the traffic was switched away. */
  since: z.string(),
  /** ISO 8601: until when users may still be led there. */
  notBefore: z.string(),
  quietForMs: z.number(),
  deadlineMs: z.number(),
  /** What becomes of the run when requests are still counted then. */
  otherwise: z.enum(['fail', 'go on']),
})
type Input = z.infer<typeof Input>

const Silence = z.strictObject({
  /** False when the deadline has passed before all of them were silent. */
  silent: z.boolean(),
  /** As far as they were counted, from five minutes before the switch on. */
  requests: z.number(),
})

/** The outcome of waiting for silence. */
export type Silence = z.infer<typeof Silence>

/** What has been seen of one balancer; times are of our own clock, in milliseconds. */
interface Seen {
  readonly balancer: string
  readonly requests: number
  /** How many there were in the newest period that was counted; undefined: none was. */
  readonly newest: number | undefined
  /** Since when nothing has come on top. */
  readonly standingSince: number
}

/**
 * Waits until balancers see no more requests (`GetMetricStatistics`): until what was counted has stood still for a
 * while. An idle balancer is measured by nothing, as is one that nobody counts, so that only what was counted once can be
 * silent: at the deadline it goes on without, and says so aloud.
 *
 * @throws ViridianError `E_NOT_SILENT` when requests are still counted at the deadline, unless it is to go on then
 */
export const seeSilent = defineCheck({
  name: 'aws-cloudwatch/see-silent',
  version: 5,
  input: Input,
  output: Silence,
  calls: ['cloudwatch:GetMetricStatistics'],
  title: ({ balancers }) => `see no more requests at ${balancers.map(watchedName).join(', ')}`,
  details: ({ quietForMs, deadlineMs, otherwise }) => [
    `none for ${formatDuration(quietForMs)}; after ${formatDuration(deadlineMs)} of waiting it ${otherwise === 'fail' ? 'fails, with all of them still there' : 'goes on all the same'}`,
  ],
  run: (input, c) => {
    const { balancers, quietForMs } = input
    const from = new Date(parseTime(input.since).getTime() - beforeMs)
    const began = performance.now()
    const forgotten = began + parseTime(input.notBefore).getTime() - Date.now()
    const end = Math.max(began, forgotten) + input.deadlineMs
    const seen = new Map<string, Seen>()
    return poll(c, {
      what: `no more requests at ${balancers.map(watchedName).join(', ')}`,
      deadlineMs: end - began,
      look: async () => {
        for (const balancer of balancers) {
          const name = watchedName(balancer)
          seen.set(name, await look(c, balancer, from, seen.get(name)))
        }
        const all = [...seen.values()]
        const loud = all.filter((each) => !isSilent(each, quietForMs))
        const requests = all.reduce((sum, each) => sum + each.requests, 0)
        const ledMs = forgotten - performance.now()
        if (ledMs > 0 || (loud.length > 0 && performance.now() < end)) {
          const led = ledMs > 0 ? [`resolvers may lead users there for ${secondsOf(ledMs)}`] : []
          return {
            waiting: [...all.map((each) => waitingText(each, quietForMs)), ...led].join('; '),
            ...earliest(loud, quietForMs, ledMs),
          }
        }
        const counted = loud.filter(({ newest }) => newest !== undefined)
        if (counted.length > 0 && input.otherwise === 'fail') throw notSilent(c, counted, input)
        const silent = loud.length === 0
        say(c, { silent, requests }, loud, input)
        return { done: { silent, requests } }
      },
    })
  },
})

async function look(c: StepContext, balancer: Watched, from: Date, before: Seen | undefined): Promise<Seen> {
  const now = new Date()
  const measured = await measure(c, balancer, 'requests', from, now)
  const open = (await measure(c, balancer, 'open', from, now)).points.at(-1)?.value ?? 0
  const requests = totalOf(measured)
  const stands = requests === before?.requests && open === 0
  const standingSince = stands ? before.standingSince : performance.now()
  return { balancer: watchedName(balancer), requests, newest: measured.points.at(-1)?.value, standingSince }
}

const quietMs = ({ standingSince }: Seen): number => performance.now() - standingSince

const isSilent = (seen: Seen, quietForMs: number): boolean =>
  seen.newest !== undefined && quietMs(seen) >= quietForMs

/** When all of them can be silent, if all of them were counted. */
function earliest(loud: readonly Seen[], quietForMs: number, ledMs: number): { readonly forMs?: number } {
  if (loud.some(({ newest }) => newest === undefined)) return {}
  return { forMs: Math.max(ledMs, ...loud.map((seen) => quietForMs - quietMs(seen))) }
}

const secondsOf = (ms: number): string => `${Math.round(ms / 1000)} s`
const countOf = (requests: number): string =>
  `${requests.toLocaleString('en')} request${requests === 1 ? '' : 's'}`

function waitingText(seen: Seen, quietForMs: number): string {
  if (seen.newest === undefined) return `${seen.balancer}: nothing was counted yet`
  return `${seen.balancer}: ${countOf(seen.requests)}, quiet for ${secondsOf(quietMs(seen))} of ${secondsOf(quietForMs)}`
}

/** How loud one is that was counted. */
const loudText = (seen: Seen, { quietForMs }: Input): string =>
  `${countOf(seen.newest ?? 0)} in the last minute that was counted, quiet for ${secondsOf(quietMs(seen))} of ${secondsOf(quietForMs)}`

function say(c: StepContext, { silent, requests }: Silence, loud: readonly Seen[], input: Input): void {
  const after = `after ${formatDuration(input.deadlineMs)}, and the run goes on all the same`
  c.emit({
    kind: 'traffic.silence',
    data: { silent, requests, since: input.since, loud: loud.map(({ balancer }) => balancer) },
    text: loud.map((seen) =>
      seen.newest === undefined
        ? `Nothing was ever counted for ${seen.balancer} ${after}`
        : `${seen.balancer} was not silent ${after}: ${loudText(seen, input)}`,
    ),
  })
}

const notSilent = ({ run }: StepContext, counted: readonly Seen[], input: Input): ViridianError =>
  new ViridianError(
    'E_NOT_SILENT',
    counted
      .map(
        (seen) =>
          `${seen.balancer} still gets requests after ${formatDuration(input.deadlineMs)}: ${loudText(seen, input)}`,
      )
      .join('; '),
    {
      hint: `its access log says who asks: give them the name, or keep them out by its security group; "tasks resume ${run.id}" waits again, and with --retire-loud retires it then all the same (a task of your own: silent with { otherwise: 'go on' })`,
      place: { call: 'cloudwatch:GetMetricStatistics' },
    },
  )
