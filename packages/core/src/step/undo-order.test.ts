import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlap, wholeOf } from './things.ts'
import { undoOrder } from './undo-order.ts'

interface Change {
  readonly name: string
  readonly touches: readonly string[] | undefined
  readonly makes: readonly string[]
  readonly givesTrafficBack: boolean
}

const made = new Set(['group/green', 'alarm/a'])
const change = (name: string, touches: Change['touches'], more: Partial<Change> = {}): Change => ({
  name,
  touches,
  makes: [],
  givesTrafficBack: false,
  ...more,
})
const switched = change('switch', ['record/www', 'group/green', 'group/blue#capacity'], {
  givesTrafficBack: true,
})
const orderOf = (...changes: Change[]): string[] => undoOrder(changes, made).map(({ name }) => name)

describe('the order in which changes are undone', () => {
  const copy = change('copy', ['group/green'], { makes: ['group/green'] })
  const unpin = change('unpin', ['group/green#capacity'])
  const enable = change('enable', ['alarm/a', 'group/green#alarms'])

  it('gives traffic back ahead of what was done behind it to what the run has made', () => {
    expect(orderOf(copy, switched, enable, unpin)).toEqual(['switch', 'unpin', 'enable', 'copy'])
  })

  it('undoes before that what was done behind it to anything else that it shares, and what that depends on', () => {
    const shrink = change('shrink', ['group/blue', 'instance/1'])
    const tag = change('tag', ['instance/1', 'group/green'])
    expect(orderOf(copy, switched, enable, shrink, unpin, tag)).toEqual([
      'tag',
      'shrink',
      'switch',
      'unpin',
      'enable',
      'copy',
    ])
  })

  it('keeps the order of two that give traffic back from one another', () => {
    const again = change('again', ['record/www', 'group/green'], { givesTrafficBack: true })
    expect(orderOf(switched, again)).toEqual(['again', 'switch'])
  })

  it('keeps the order towards what the one has made that gives traffic back', () => {
    const makes = change('switch', ['record/www'], { makes: ['record/www'], givesTrafficBack: true })
    const all = [makes, change('tune', ['record/www'])]
    expect(undoOrder(all, new Set(['record/www'])).map(({ name }) => name)).toEqual(['tune', 'switch'])
  })

  it('undoes before that what nobody can tell of', () => {
    expect(orderOf(switched, change('dark', undefined), enable)).toEqual(['enable', 'dark', 'switch'])
  })
})

const things = [
  'record/www',
  'group/blue',
  'group/blue#capacity',
  'group/green',
  'group/green#alarms',
  'alarm/a',
]
const anyChange = fc.record({
  touches: fc.option(fc.subarray(things, { maxLength: 3 }), { nil: undefined, freq: 12 }),
  makes: fc.subarray(['record/www', 'alarm/a'], { maxLength: 1 }),
  givesTrafficBack: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, fc.constant(true)),
})
const anyChanges = fc
  .array(anyChange, { maxLength: 9 })
  .map((all): Change[] => all.map((each, index) => ({ ...each, name: String(index) })))

/** Whether the undo of the later one has to come first. */
function binds(earlier: Change, later: Change): boolean {
  if (!earlier.touches || !later.touches) return true
  const common = earlier.touches.filter((thing) => later.touches?.some((other) => overlap(thing, other)))
  if (!earlier.givesTrafficBack) return common.length > 0
  const isOthers = (thing: string): boolean => !made.has(thing) && !made.has(wholeOf(thing))
  return common.some((thing) => isOthers(thing) || earlier.makes.includes(thing))
}

describe('any changes', () => {
  it('are undone each once, and none before a later one that it waits for', () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        const order = undoOrder(changes, made)
        expect(new Set(order)).toEqual(new Set(changes))
        expect(order).toHaveLength(changes.length)
        for (const [at, earlier] of changes.entries())
          for (const later of changes.slice(at + 1))
            if (binds(earlier, later)) expect(order.indexOf(later)).toBeLessThan(order.indexOf(earlier))
      }),
    )
  })

  it('are undone in reverse, where none of them gives traffic back', () => {
    fc.assert(
      fc.property(anyChanges, (given) => {
        const changes = given.map((each) => ({ ...each, givesTrafficBack: false }))
        expect(undoOrder(changes, made)).toEqual([...changes].reverse())
      }),
    )
  })

  it('that a give-back does not wait for come behind it', () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        const order = undoOrder(changes, made)
        const isLater = (one: Change, other: Change): boolean => changes.indexOf(one) > changes.indexOf(other)
        const waitsFor = (back: Change): Set<Change> => {
          const needed = new Set([back])
          for (let size = 0; size < needed.size; ) {
            size = needed.size
            for (const each of needed)
              for (const later of changes) if (isLater(later, each) && binds(each, later)) needed.add(later)
          }
          return needed
        }
        // Ahead of the first of them nothing else is undone; ahead of the others, what the ones before wait for too.
        const allowed = new Set<Change>()
        for (const back of [...changes].reverse().filter(({ givesTrafficBack }) => givesTrafficBack)) {
          for (const each of waitsFor(back)) allowed.add(each)
          for (const each of order.slice(0, order.indexOf(back))) expect(allowed).toContain(each)
        }
      }),
    )
  })

  it('go on in the same order when an undo of them was broken off', () => {
    fc.assert(
      fc.property(anyChanges, fc.nat(9), (changes, count) => {
        const order = undoOrder(changes, made)
        const left = order.slice(count)
        expect(
          undoOrder(
            changes.filter((each) => left.includes(each)),
            made,
          ),
        ).toEqual(left)
      }),
    )
  })
})
