import { ViridianError } from '@viridian/core'
import type { FaultRule, FaultSettings } from '../emulator/faults.ts'
import type { CloudAccess } from './access.ts'

/** The flags by which `tasks cloud up` makes a cloud slow, stale or faulty. */
export const faultFlags = [
  { flags: '--latency <s>', summary: 'seconds of AWS that every call takes longer' },
  { flags: '--eventual-consistency <s>', summary: 'seconds of AWS in which what was just made is not found' },
  {
    flags: '--fault <rule...>',
    summary: 'KIND:OPERATION[:TIMES], such as throttle:DescribeInstances:5 or lose:RunInstances',
  },
] as const

const kinds: readonly FaultRule['kind'][] = [
  'throttle',
  'refuse',
  'lose',
  'cut',
  'hang',
  'mute',
  'delay',
  'spoil',
]

interface Wanted {
  readonly latency: number | undefined
  readonly eventualConsistency: number | undefined
  readonly rules: readonly string[]
}

/**
 * What the flags switch on; undefined when they say nothing.
 *
 * @throws ViridianError `E_ARG_INVALID`
 */
export function faultsOf({ latency, eventualConsistency, rules }: Wanted): FaultSettings | undefined {
  if (latency === undefined && eventualConsistency === undefined && rules.length === 0) return undefined
  return {
    rules: rules.map(ruleOf),
    ...(latency !== undefined && { latency }),
    ...(eventualConsistency !== undefined && { eventualConsistency }),
  }
}

function ruleOf(text: string): NonNullable<FaultSettings['rules']>[number] {
  const [, word, operation, amount = '1'] =
    /^([a-z]+):((?:[a-z0-9]+:)?(?:[A-Z]\w*|\*))(?::(\d+|always))?$/.exec(text) ?? []
  const kind = kinds.find((each) => each === word)
  if (kind !== undefined && operation !== undefined && amount !== '0') {
    return { kind, operation, times: amount === 'always' ? amount : Number(amount) }
  }
  throw new ViridianError('E_ARG_INVALID', `--fault: "${text}" is not a rule`, {
    hint: `write KIND:OPERATION or KIND:OPERATION:TIMES, with TIMES a number or "always" and KIND one of ${kinds.join(', ')}`,
  })
}

/** Switches faults on in a running cloud, through its admin endpoint. */
export async function switchOn(
  { endpoint, secretAccessKey }: CloudAccess,
  faults: FaultSettings,
): Promise<void> {
  const answer = await fetch(`${endpoint}/_viridian/faults`, {
    method: 'POST',
    headers: { 'x-viridian-secret': secretAccessKey, 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  })
  if (!answer.ok)
    throw new ViridianError('E_CLOUD_FAULTS', `the local cloud refused the faults: ${await answer.text()}`)
}
