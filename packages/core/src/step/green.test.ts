import { expect, it } from 'vitest'
import { EngineBench, makeThing, World } from '../testing/engine-bench.ts'
import { greenOf } from './green.ts'
import { Registry } from './registry.ts'

it('is what a run has made, and what it has changed of that; the rest was there before', async () => {
  const world = new World()
  const step = makeThing(world, {
    makes: ({ name }) => name.split('+').filter((thing) => thing.startsWith('green')),
    leaves: ({ name }) => [`the ${name}`],
  })
  const bench = new EngineBench([step])
  const names = ['green', 'green#capacity', 'green+blue', 'blue', 'lost']
  for (const name of names) await bench.top.step(step, { name })
  bench.records.pop()
  const { own, others, leaves } = greenOf(
    [...bench.history.values()],
    new Registry([{ name: 'test', module: 'test', settings: null, steps: [step] }]),
  )
  expect(own.map(({ intent }) => intent.input)).toEqual([{ name: 'green' }, { name: 'green#capacity' }])
  expect(others.map(({ intent }) => intent.input)).toEqual([
    { name: 'green+blue' },
    { name: 'blue' },
    { name: 'lost' },
  ])
  expect(leaves).toEqual(['the green', 'the green#capacity'])
})
