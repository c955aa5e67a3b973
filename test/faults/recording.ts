import { type Address, addressText, isRead } from './address.ts'
import type { Field, Told } from './field.ts'
import { Itinerary } from './itinerary.ts'
import { strikeCall } from './strike.ts'

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
  expectExit(good.told, 0)
  const last = good.addresses.findLast((address) => address.phase === 'forward' && !isRead(address))
  const undone = await recorded(field, last)
  expectExit(undone.told, 1)
  const back = undone.addresses.filter(({ phase }) => phase === 'undo')
  return [
    { name: 'good', refused: undefined, addresses: [...good.addresses, ...good.commands] },
    { name: 'undone', refused: last, addresses: back },
  ]
}

function expectExit({ exitCode, stdout, stderr }: Told, wanted: number): void {
  if (exitCode !== wanted) throw new Error(`the recorded run ended with ${exitCode}:\n${stdout}\n${stderr}`)
}

async function recorded(field: Field, refused: Address | undefined) {
  const itinerary = new Itinerary()
  const addresses = new Map<string, Address>()
  const before = (await field.commands()).length
  field.gate.judge = async (call) => {
    const address = itinerary.addressOf(call)
    addresses.set(addressText(address), address)
    if (!refused || !isSame(address, refused)) return call.pass()
    return strikeCall('refused', { field, call, earlier: 0, stale: undefined, kill: () => undefined })
  }
  const told = await field.tasks(field.deployment(field.nextRelease()), (event) => itinerary.hear(event))
  const times = (await field.commands()).slice(before).map(({ at }) => at)
  return { told, addresses: [...addresses.values()], commands: itinerary.commands(times) }
}

export const isSame = (one: Address, other: Address): boolean => addressText(one) === addressText(other)
