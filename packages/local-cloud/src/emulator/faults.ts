import { z } from 'zod'

/** What goes wrong in a call. */
const kinds = z.enum([
  /** Refused with Throttling (EC2: RequestLimitExceeded) before anything is done. */
  'throttle',
  /** Refused with `code`, `message` and `status` before anything is done. */
  'refuse',
  /** Done, and then the connection is cut: the caller cannot know. */
  'lose',
  /** The connection is cut and nothing is done. */
  'cut',
  /** Nothing is done and no answer comes while the cloud runs. */
  'hang',
  /** Done, and no answer comes while the cloud runs. */
  'mute',
  /** Answered `seconds` (AWS's) later. */
  'delay',
  /** Done, and what it has begun fails later, with `code` and `message`: an image, the launch of an instance. */
  'spoil',
])

const faultRule = z.strictObject({
  /**
   * `RunInstances`, `ec2:RunInstances` (as IAM names it) or `*`; of load balancing, which is one service for IAM,
   * `elb:DescribeLoadBalancers` or `elbv2:DescribeLoadBalancers` too (as the AWS CLI does); `ssh:Exec`: a command over SSH, which can be refused, cut
   * as it begins, lost or muted as it ends, hang, or be spoilt: done, with exit code 1.
   */
  operation: z.string().min(1),
  kind: kinds,
  /** So many matching calls pass first. */
  skip: z.int().min(0).default(0),
  /** So many calls are hit after them. */
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
  code: z.string().default('InternalError'),
  message: z.string().default('An internal error has occurred.'),
  status: z.int().min(400).max(599).default(500),
  seconds: z.number().min(0).default(1),
})

const faultSettings = z.strictObject({
  rules: z.array(faultRule).default([]),
  /** AWS seconds that every call takes longer. */
  latency: z.number().min(0).optional(),
  /** AWS seconds in which EC2 does not find by id what was just made. */
  eventualConsistency: z.number().min(0).optional(),
  /** Bytes that are free on every machine's disk: no file that is written over SSH becomes larger; null: no limit. */
  freeDisk: z.int().min(0).nullable().optional(),
})

/** One fault to inject; a rule that has hit `times` calls has no effect any more. */
export type FaultRule = z.infer<typeof faultRule>

/** A rule as one writes it: what has a default may be left out. */
export type FaultSettings = z.input<typeof faultSettings>

/** The faults that are switched on. Rules can be added while the cloud runs. */
export interface Faults {
  /** AWS seconds that every call takes longer. */
  readonly latency: number
  /** AWS seconds in which EC2 does not find by id what was just made. */
  readonly eventualConsistency: number
  /** Bytes that are free on every machine's disk. */
  readonly freeDisk: number | null
  /** Rules with what is left of their `skip` and `times`, and how often they have hit. */
  readonly rules: readonly (FaultRule & { readonly hits: number })[]
  /** Adds rules and sets the rest. @throws ZodError when the settings are not of this form. */
  add(settings: unknown): void
  /** Takes every fault away. */
  clear(): void
  /** The fault that hits this call, if one does: counts the call. `command`: what the AWS CLI calls the service. */
  hit(service: string, operation: string, command?: string): FaultRule | undefined
}

/** By the signing name of a service, what IAM calls it where that is another. */
const iamPrefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' }

/** An operation as IAM names it, and rules may: `cloudwatch:PutMetricAlarm`. */
export function operationName(service: string, operation: string): string {
  return `${iamPrefixes[service] ?? service}:${operation}`
}

/**
 * Opens what can go wrong in a cloud; it may be set anew at any time.
 *
 * @example
 * ```ts
 * openFaults({ rules: [{ operation: 'RunInstances', kind: 'lose' }], latency: 0.2 })
 * ```
 */
export function openFaults(settings: FaultSettings = {}): Faults {
  const none = { latency: 0, eventualConsistency: 0, freeDisk: null, rules: [] }
  const state: {
    latency: number
    eventualConsistency: number
    freeDisk: number | null
    rules: (FaultRule & { hits: number })[]
  } = { ...none }
  const add = (given: unknown): void => {
    const { rules, latency, eventualConsistency, freeDisk } = faultSettings.parse(given)
    state.rules = [...state.rules, ...rules.map((rule) => ({ ...rule, hits: 0 }))]
    state.latency = latency ?? state.latency
    state.eventualConsistency = eventualConsistency ?? state.eventualConsistency
    if (freeDisk !== undefined) state.freeDisk = freeDisk
  }
  add(settings)
  return {
    get latency() {
      return state.latency
    },
    get eventualConsistency() {
      return state.eventualConsistency
    },
    get freeDisk() {
      return state.freeDisk
    },
    get rules() {
      return state.rules
    },
    add,
    clear: () => Object.assign(state, none),
    hit: (service, operation, command = service) => {
      const names = ['*', operation, operationName(service, operation), `${command}:${operation}`]
      const rule = state.rules.filter((each) => names.includes(each.operation)).find(takesCall)
      if (rule !== undefined) rule.hits += 1
      if (rule !== undefined && rule.times !== 'always' && --rule.times === 0) {
        state.rules = state.rules.filter((each) => each !== rule)
      }
      return rule
    },
  }
}

/** True when the rule hits; a rule that still lets calls pass has one fewer to let pass. */
function takesCall(rule: FaultRule): boolean {
  if (rule.skip === 0) return true
  rule.skip -= 1
  return false
}
