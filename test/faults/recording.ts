import { type Address, addressText, isRead } from './address.ts'
import type { Field, Told } from './field.ts'
import { Itinerary } from './itinerary.ts'
import { strikeCall } from './strike.ts'
import { type Ended, expectation, violationsOf } from './verdict.ts'

/** A run whose calls are known: one that goes well, or one that is undone since its last change before the commit is refused. */
export interface Scenario {
  readonly name: 'good' | 'undone'
  /** The call that is refused. */
  readonly refused: Address | undefined
  /** What of it can be struck. */
  readonly addresses: readonly Address[]
}

/** Records a run that goes well and one that is undone: both leave the fleet whole. */
export async function record(field: Field): Promise<Scenario[]> {
  const good = await recorded(field, undefined)
  const last = good.addresses.findLast((address) => address.phase === 'forward' && !isRead(address))
  const undone = await recorded(field, last)
  const back = undone.addresses.filter(({ phase }) => phase === 'undo')
  return [
    { name: 'good', refused: undefined, addresses: [...good.addresses, ...good.commands] },
    { name: 'undone', refused: last, addresses: back },
  ]
}

async function recorded(field: Field, refused: Address | undefined) {
  const itinerary = new Itinerary()
  const addresses = new Map<string, Address>()
  const inventory = await field.account.inventory()
  const blue = (await field.account.behind(field.cloud.names.record)).length
  const release = field.nextRelease()
  const before = (await field.commands()).length
  field.gate.judge = async (call) => {
    const address = itinerary.addressOf(call)
    addresses.set(addressText(address), address)
    if (!refused || !isSame(address, refused)) return call.pass()
    return strikeCall('refused', { field, call, earlier: 0, stale: undefined, signal: () => undefined })
  }
  const told = await field.tasks(field.deployment(release), (event) => itinerary.hear(event))
  await expectWhole(field, told, {
    before: inventory,
    blue,
    release,
    run: itinerary.run,
    end: refused ? 'blue' : 'green',
  })
  const times = (await field.commands()).slice(before).map(({ at }) => at)
  return { told, addresses: [...addresses.values()], commands: itinerary.commands(times) }
}

export const isSame = (one: Address, other: Address): boolean => addressText(one) === addressText(other)

/** What is wrong without any fault would pass for what was there before. */
async function expectWhole(field: Field, told: Told, ended: Omit<Ended, 'mayDie'>): Promise<void> {
  const violations = await violationsOf(field, { ...ended, mayDie: false })
  const { end } = expectation('run', told)
  if (end !== ended.end) violations.push(`it ended with exit code ${told.exitCode}`)
  if (violations.length === 0) return
  throw new Error(`the recorded run: ${violations.join('; ')}\n${told.stdout}\n${told.stderr}`)
}
