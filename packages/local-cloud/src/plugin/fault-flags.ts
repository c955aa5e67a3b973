import { suggestion, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import type { FaultRule, FaultSettings } from '../emulator/faults.ts'
import type { CloudAccess } from './access.ts'
import { administer } from './administer.ts'

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

/**
 * Whether the cloud has the operations that the rules name: others would never be called.
 *
 * @throws ViridianError `E_ARG_INVALID`
 */
export async function checkOperations(access: CloudAccess, { rules = [] }: FaultSettings): Promise<void> {
  // The emulator loads slowly, and most who come here have it loaded.
  const { operationName } = await import('../emulator/faults.ts')
  const offered = z.array(z.string()).parse(await ask(access, 'GET', 'operations'))
  const full = [...offered, 'ssh:Exec'].map((name) => {
    const [service = '', operation = ''] = name.split(':')
    return operationName(service, operation)
  })
  const bare = full.map((name) => name.slice(name.indexOf(':') + 1))
  const unknown = rules.find(({ operation }) => ![...full, ...bare, '*'].includes(operation))?.operation
  if (unknown === undefined) return
  const operation = unknown.slice(unknown.indexOf(':') + 1)
  const elsewhere = full.filter((name) => name.endsWith(`:${operation}`))
  const hint = suggestion(operation, elsewhere.length > 0 ? elsewhere : [...new Set(bare)])
  throw new ViridianError('E_ARG_INVALID', `--fault: the local cloud has no operation "${unknown}"`, {
    ...(hint !== undefined && { hint }),
  })
}

/** Switches faults on in a running cloud, through its admin endpoint. */
export async function switchOn(access: CloudAccess, faults: FaultSettings): Promise<void> {
  await ask(access, 'POST', 'faults', faults)
}

const standing = z.object({
  rules: z.array(z.object({ kind: z.string(), operation: z.string(), hits: z.number() })),
})

/** The rules that have hit no call yet, as the flag has them. */
export async function unstruck(access: CloudAccess): Promise<string[]> {
  const { rules } = standing.parse(await ask(access, 'GET', 'faults'))
  return rules.filter(({ hits }) => hits === 0).map(({ kind, operation }) => `${kind}:${operation}`)
}

async function ask(
  access: CloudAccess,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const { status, text } = await administer(access, method, path, body && { body })
  if (status !== 200) throw new ViridianError('E_CLOUD_FAULTS', `the local cloud refused the faults: ${text}`)
  return JSON.parse(text)
}
