import { describe, expect, it } from 'vitest'
import { ViridianError } from '../error.ts'
import { EngineBench, makeThing, World } from '../testing/engine-bench.ts'

const boom = new ViridianError('E_BOOM', 'it broke')

describe('undo', () => {
  it('reverses changes in reverse order of their start', async () => {
    const world = new World()
    const step = makeThing(world)
    const bench = new EngineBench([step])
    for (const name of ['a', 'b', 'c']) await bench.top.step(step, { name })
    await expect(bench.undo()).resolves.toEqual({ undone: 3, leftovers: [] })
    expect(world.log.slice(3)).toEqual(['remove c', 'remove b', 'remove a'])
  })

  it('is taken once: what is undone is not undone again', async () => {
    const world = new World()
    const step = makeThing(world)
    const bench = new EngineBench([step])
    await bench.top.step(step, { name: 'a' })
    await bench.undo()
    await expect(bench.undo()).resolves.toEqual({ undone: 0, leftovers: [] })
  })

  it('holds back what shares a thing with a failed undo, and still undoes the rest', async () => {
    const world = new World()
    const step = makeThing(world, {
      undo: async ({ name }) => {
        if (name === 'instance+group') throw boom
        world.log.push(`remove ${name}`)
        return undefined
      },
      leaves: ({ name }) => [`the ${name}`],
    })
    const bench = new EngineBench([step])
    for (const name of ['instance', 'image', 'instance+group']) await bench.top.step(step, { name })
    const { undone, leftovers, failure } = await bench.undo()
    expect(undone).toBe(1)
    expect(failure).toMatchObject({ code: boom.code, message: boom.message })
    expect(leftovers).toEqual(['the instance+group', 'the instance'])
    expect(world.log.slice(3)).toEqual(['remove image'])
    const outcomes = bench.events.flatMap((event) => (event.kind === 'undo.step' ? [event.outcome] : []))
    expect(outcomes).toEqual(['failed', 'undone', 'blocked'])
    const failed = bench.records.flatMap((record) =>
      record.kind === 'undo.failed' ? [record.error.code] : [],
    )
    expect(failed).toEqual(['E_BOOM', 'E_UNDO_BLOCKED'])
  })

  it('tells of what could not be undone by what it holds, and where that is nothing by its title', async () => {
    const step = makeThing(new World(), {
      undo: () => Promise.reject(boom),
      holds: ({ name }) => (name === 'door' ? { door: 'the door is open' } : {}),
    })
    const bench = new EngineBench([step])
    for (const name of ['wall', 'door']) await bench.top.step(step, { name })
    expect((await bench.undo()).leftovers).toEqual(['the door is open', 'make wall'])
  })

  it('gives traffic back first, and where that fails leaves what was made as those need it who are there', async () => {
    const world = new World()
    const change = makeThing(world, { makes: ({ name }) => (name === 'green' ? [name] : []) })
    const give = makeThing(world, {
      name: 'test/switch',
      givesTrafficBack: true,
      undo: async () => {
        world.log.push('give back')
        if (world.things.has('closed')) throw boom
        return undefined
      },
    })
    const bench = new EngineBench([change, give])
    await bench.top.step(change, { name: 'green' })
    await bench.top.step(change, { name: 'image' })
    await bench.top.step(give, { name: 'record+green' })
    await bench.top.step(change, { name: 'green#alarms' })
    bench.records.pop()
    world.log.length = 0
    world.things.add('closed')
    const { undone, leftovers } = await bench.undo()
    expect({ undone, leftovers }).toEqual({
      undone: 1,
      leftovers: ['make record+green', 'make green#alarms', 'make green'],
    })
    expect(world.log).toEqual(['give back', 'remove image'])
    world.things.delete('closed')
    await expect(bench.undo()).resolves.toEqual({ undone: 3, leftovers: [] })
    expect(world.log.slice(2)).toEqual(['give back', 'remove green#alarms', 'remove green'])
  })

  it.each([
    ['undoes', true, ['make a', 'remove a']],
    ['passes over', false, ['make a']],
  ])('%s an intent-only change as find tells', async (_, survives, log) => {
    const world = new World()
    const step = makeThing(world)
    const bench = new EngineBench([step])
    await bench.top.step(step, { name: 'a' })
    if (!survives) world.things.delete('a')
    bench.records.pop()
    await bench.undo()
    expect(world.log).toEqual(log)
    expect(bench.events.at(-1)).toMatchObject(
      survives
        ? { kind: 'undo.step', outcome: 'undone' }
        : { kind: 'undo.step', outcome: 'not-made', note: 'it was never made' },
    )
  })

  it('looks up what a change has come to that failed without a clear no', async () => {
    const world = new World()
    let isAnswering = false
    const step = makeThing(world, {
      run: async ({ name }) => {
        world.things.add(name)
        throw boom
      },
      find: async ({ name }) =>
        isAnswering ? { status: 'done', output: { name } } : { status: 'unknown', reason: 'no answer' },
    })
    const bench = new EngineBench([step])
    await expect(bench.top.step(step, { name: 'a' })).rejects.toBe(boom)
    isAnswering = true
    await expect(bench.undo()).resolves.toEqual({ undone: 1, leftovers: [] })
    expect(world.things).toEqual(new Set())
  })

  it('takes what was done to a thing back before it gives traffic back by that thing, which the same change has made', async () => {
    const world = new World()
    const tune = makeThing(world)
    const give = makeThing(world, {
      name: 'test/switch',
      givesTrafficBack: true,
      makes: ({ name }) => [name],
      touches: ({ name }) => [name],
    })
    const bench = new EngineBench([tune, give])
    await bench.top.step(give, { name: 'record' })
    await bench.top.step(tune, { name: 'other+record' })
    await bench.undo()
    expect(world.log.slice(2)).toEqual(['remove other+record', 'remove record'])
  })

  it('holds everything back while nobody can tell what a step has done', async () => {
    const world = new World()
    const sound = makeThing(world)
    const bench = new EngineBench([
      sound,
      {
        ...makeThing(world),
        name: 'test/dark',
        find: async () => ({ status: 'unknown', reason: 'no answer' }),
      },
    ])
    await bench.top.step(sound, { name: 'a' })
    await bench.top.step({ ...sound, name: 'test/dark' }, { name: 'b' })
    bench.records.pop()
    const { leftovers, failure } = await bench.undo()
    expect(leftovers).toEqual(['make b', 'make a'])
    expect(failure).toMatchObject({
      code: 'E_STEP_UNKNOWN',
      message: 'cannot tell whether "make b" was done: no answer',
    })
    expect(world.things).toEqual(new Set(['a', 'b']))
  })

  it('that never settles counts as failed when its time is over, and those behind it are taken', async () => {
    const world = new World()
    const remove = makeThing(world).undo
    const signals: AbortSignal[] = []
    const step = makeThing(world, {
      undoTimeout: 20,
      undo: (input, c) => {
        signals.push(c.signal)
        return input.name === 'b' ? new Promise(() => undefined) : remove(input, c)
      },
    })
    const bench = new EngineBench([step])
    for (const name of ['a', 'b', 'c']) await bench.top.step(step, { name })
    const { undone, leftovers, failure } = await bench.undo()
    expect(failure).toMatchObject({
      code: 'E_UNDO_TIMEOUT',
      message: 'the undo of "make b" has not ended after 20ms',
    })
    expect({ undone, leftovers }).toEqual({ undone: 2, leftovers: ['make b'] })
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false])
    expect([...world.things]).toEqual(['b'])
  })

  it('says what it left alone', async () => {
    const step = makeThing(new World(), { undo: async () => ({ leftAlone: 'somebody raised it' }) })
    const bench = new EngineBench([step])
    await bench.top.step(step, { name: 'a' })
    await expect(bench.undo()).resolves.toEqual({ undone: 1, leftovers: [] })
    expect(bench.events.at(-1)).toMatchObject({ outcome: 'left-alone', note: 'somebody raised it' })
  })
})

describe('seeing whether recorded changes can be undone', () => {
  it('asks those that can tell of what they have made, the last one first', async () => {
    const world = new World()
    const step = makeThing(world, {
      ready: async (_, { output: { name }, before: { count } }) => {
        world.log.push(`${name} goes back to ${count}`)
      },
    })
    const bench = new EngineBench([step])
    for (const name of ['a', 'b', 'c']) await bench.top.step(step, { name })
    bench.records.pop()
    await bench.seeUndoable()
    expect(world.log.slice(3)).toEqual(['b goes back to 1', 'a goes back to 0'])
  })

  it('asks nothing of what was done to the work of the run alone: from there users are given back all the same', async () => {
    const step = makeThing(new World(), {
      makes: ({ name }) => (name === 'green' ? [name] : []),
      ready: ({ name }) => (name.startsWith('green') ? Promise.reject(boom) : Promise.resolve()),
    })
    const bench = new EngineBench([step])
    for (const name of ['green', 'green#launch', 'blue']) await bench.top.step(step, { name })
    await bench.seeUndoable()
  })

  it('says what will be back in use by then, by the undos that go ahead', async () => {
    const world = new World()
    const asked: unknown[] = []
    const plain = makeThing(world, { restores: ({ name }) => [`old ${name}`] })
    const take = { ...plain, name: 'test/take', givesTrafficBack: true }
    const give = makeThing(world, {
      name: 'test/switch',
      givesTrafficBack: true,
      ready: async ({ name }, { restored }) => {
        asked.push([name, ...restored])
      },
    })
    const bench = new EngineBench([plain, take, give])
    await bench.top.step(give, { name: 'record' })
    await bench.top.step(take, { name: 'a' })
    await bench.top.step(plain, { name: 'b' })
    await bench.top.step(give, { name: 'other' })
    await bench.top.step(take, { name: 'c' })
    // Of one that was cut off it is not known whether it was made, nor what shares a thing with it.
    bench.records.pop()
    await bench.seeUndoable()
    expect(asked).toEqual([
      ['other', 'old c'],
      ['record', 'old c', 'old a'],
    ])
    await bench.undo()
    expect(world.log.slice(5)).toEqual(['c', 'other', 'a', 'record', 'b'].map((name) => `remove ${name}`))
  })

  it('fails with the first that cannot be, and with nothing undone', async () => {
    const world = new World()
    const step = makeThing(world, { ready: () => Promise.reject(boom) })
    const bench = new EngineBench([step])
    await bench.top.step(step, { name: 'a' })
    await expect(bench.seeUndoable()).rejects.toBe(boom)
    expect(world.things).toEqual(new Set(['a']))
  })
})
