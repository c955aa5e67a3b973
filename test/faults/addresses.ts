import type { World } from './world.ts'

/** Where a fault can hit: a call of a step, in the run itself or when it is taken back. */
export interface Address {
  readonly phase: 'run' | 'undo'
  readonly step: string
  /** As IAM names it. */
  readonly operation: string
  /** Counts from 0; polls are one. */
  readonly occurrence: number
}

interface Call {
  readonly n: number
  readonly service: string
  readonly operation: string
  readonly step?: string
}

const isRead = (operation: string): boolean => /^(Describe|List|Get)/.test(operation)

/** Every call that a good run makes, and every one that taking it back makes: read from what the cloud was asked. */
export async function recordAddresses(world: World): Promise<Address[]> {
  const start = await last(world)
  const kept = { n: start }
  const undone = await world.deploy({
    release: 'recorded-back',
    keep: true,
    whenKept: async (child) => {
      kept.n = await last(world)
      child.kill('SIGINT')
    },
  })
  if (undone.exitCode !== 130) throw new Error(`the recorded undo ended with ${undone.exitCode}`)
  const back = await calls(world, kept.n)
  const good = await last(world)
  const done = await world.deploy({ release: 'recorded' })
  if (done.exitCode !== 0) throw new Error(`the recorded run ended with ${done.exitCode}`)
  return [...addressesOf('run', await calls(world, good)), ...addressesOf('undo', back)]
}

function addressesOf(phase: Address['phase'], made: readonly Call[]): Address[] {
  const counts = new Map<string, number>()
  return made.flatMap(({ service, operation, step }) => {
    if (step === undefined) return []
    const key = `${step} ${operation}`
    const occurrence = counts.get(key) ?? 0
    if (occurrence > 0 && isRead(operation)) return []
    counts.set(key, occurrence + 1)
    return [{ phase, step, operation: `${prefixes[service] ?? service}:${operation}`, occurrence }]
  })
}

/** By the signing name of a service, what IAM calls it where that is another. */
const prefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' }

const calls = async (world: World, after: number): Promise<Call[]> =>
  (await log(world)).filter(({ n }) => n > after)

const last = async (world: World): Promise<number> => (await log(world)).at(-1)?.n ?? 0

async function log(world: World): Promise<Call[]> {
  const answer = await world.administer('GET', 'calls')
  if (!Array.isArray(answer)) throw new Error('the cloud gives no list of calls')
  return answer
}
