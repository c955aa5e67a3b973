import { describe, expect, it } from 'vitest'
import { EngineBench, type MakeThing, makeThing, World } from '../testing/engine-bench.ts'
import { standingOf } from './standing.ts'

/** Steps of these definitions, one after the other, and what is there behind them. */
async function behind(...steps: readonly Partial<MakeThing>[]) {
  const definitions = steps.map((bent, index) => makeThing(new World(), { name: `test/${index}`, ...bent }))
  const bench = new EngineBench(definitions)
  for (const definition of definitions) await bench.top.step(definition, { name: 'a' })
  return { bench, standing: () => standingOf({ steps: bench.history }) }
}

const makes = (...things: string[]) => ({ makes: () => things })
const holds = (thing: string, words: string) => ({ holds: () => ({ [thing]: words }) })
const ends = (...things: string[]) => ({ ends: () => things })

describe('what is there of a run', () => {
  it('is what it has made and holds, each once, as the last step says', async () => {
    const { standing } = await behind(
      makes('instance/1', 'instance/2'),
      holds('group/web#max', 'max 6'),
      makes('instance/1'),
      holds('group/web#max', 'max 8'),
    )
    expect(standing()).toEqual({ made: ['instance/1', 'instance/2'], held: ['max 8'] })
  })

  it('is not what a later step has ended, nor a part of that', async () => {
    const { standing } = await behind(
      makes('instance/1', 'instance/2', 'group/web#policy/a'),
      holds('group/web#max', 'max 6'),
      holds('group/web-2#max', 'max 7'),
      ends('instance/1', 'group/web'),
    )
    expect(standing()).toEqual({ made: ['instance/2'], held: ['max 7'] })
  })

  it('is there again where it has been made again', async () => {
    const { standing } = await behind(makes('group/web'), ends('group/web'), makes('group/web'))
    expect(standing()).toEqual({ made: ['group/web'], held: [] })
  })

  it('is nothing that was taken back', async () => {
    const { bench, standing } = await behind(
      makes('instance/1'),
      holds('instance/0', 'standby'),
      ends('instance/1'),
    )
    expect(standing()).toEqual({ made: [], held: ['standby'] })
    await bench.undo()
    expect(standing()).toEqual({ made: [], held: [] })
  })
})
