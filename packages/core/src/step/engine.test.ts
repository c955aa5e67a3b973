import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { reportOf, ViridianError } from '../error.ts'
import { countThings, EngineBench, makeThing, World } from '../testing/engine-bench.ts'
import { defineCheck } from './definition.ts'

const boom = new ViridianError('E_BOOM', 'it broke')
const at = '2026-01-01T00:00:00.000Z'
const kinds = (bench: EngineBench): string[] => bench.records.slice(1).map(({ kind }) => kind)

describe('taking a step', () => {
  it('journals the intent with its before and token ahead of the change, and the output after it', async () => {
    const world = new World()
    const step = makeThing(world, {
      run: async ({ name }) => {
        expect(kinds(bench)).toEqual(['step.intended'])
        return { name }
      },
    })
    const bench = new EngineBench([step])
    await bench.top.step(step, { name: 'a' })
    expect(kinds(bench)).toEqual(['step.intended', 'step.done'])
    expect(bench.records[1]).toMatchObject({
      key: '/test/make#0',
      before: { count: 0 },
      input: { name: 'a' },
    })
    expect(bench.records[1]).toHaveProperty('token', expect.stringMatching(/^[a-z0-9-]{1,40}$/))
  })

  it('gives equal calls keys and tokens of their own', async () => {
    const bench = new EngineBench([makeThing(new World())])
    const step = makeThing(new World())
    await bench.top.step(step, { name: 'a' })
    await bench.top.step(step, { name: 'a' })
    const [first, second] = bench.records.filter((record) => record.kind === 'step.intended')
    expect([first?.key, second?.key]).toEqual(['/test/make#0', '/test/make#1'])
    expect(first?.token).not.toBe(second?.token)
  })

  it('does not let timing decide the keys of moves that run side by side', async () => {
    const step = makeThing(new World())
    const bench = new EngineBench([makeThing(new World())])
    const later = bench.top.move({ name: 'slow', title: 'slow' }, async (t) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      await t.step(step, { name: 'slow' })
    })
    await bench.top.move({ name: 'quick', title: 'quick' }, (t) => t.step(step, { name: 'quick' }))
    await later
    expect([...bench.history.keys()]).toEqual(['/quick#0/test/make#0', '/slow#0/test/make#0'])
  })

  it('takes a change that failed but was made as done', async () => {
    const world = new World()
    const step = makeThing(world, {
      run: async ({ name }) => {
        world.things.add(name)
        throw boom
      },
    })
    const bench = new EngineBench([step])
    await expect(bench.top.step(step, { name: 'a' })).resolves.toEqual({ name: 'a' })
    expect(bench.records.at(-1)).toMatchObject({ kind: 'step.done', found: true })
  })

  it('records that the outcome of a failed change is unknown when nobody can tell', async () => {
    const step = makeThing(new World(), {
      run: () => Promise.reject(boom),
      find: async () => ({ status: 'unknown', reason: 'no answer' }),
    })
    const bench = new EngineBench([step])
    await expect(bench.top.step(step, { name: 'a' })).rejects.toBe(boom)
    expect(bench.records.at(-1)).toMatchObject({ kind: 'step.failed', made: 'unknown' })
  })

  it('does not look a change up that was refused for certain', async () => {
    const refused = new ViridianError('E_NO', 'no', { refused: true })
    const step = makeThing(new World(), {
      run: () => Promise.reject(refused),
      find: () => Promise.reject(new Error('looked up')),
    })
    const bench = new EngineBench([step])
    await expect(bench.top.step(step, { name: 'a' })).rejects.toBe(refused)
    expect(bench.records.at(-1)).toMatchObject({ kind: 'step.failed', made: 'no' })
    expect(bench.events.filter(({ kind }) => kind === 'note')).toEqual([])
  })

  it('refuses an input that is not as declared, and stops the run', async () => {
    const step = makeThing(new World())
    const bench = new EngineBench([step])
    await expect(bench.top.step(step, { name: JSON.parse('7') })).rejects.toMatchObject({
      code: 'E_STEP_DATA',
    })
    expect(reportOf(bench.engine.failure)).toEqual({
      code: 'E_STEP_DATA',
      message:
        'test/make: its input is not as declared at name: Invalid input: expected string, received number',
    })
  })
})

describe('a step of a plugin that is not listed', () => {
  it('is refused before anything is asked for or recorded: its undo would not be found', async () => {
    const world = new World()
    const bench = new EngineBench([])
    await expect(bench.top.step(makeThing(world), { name: 'a' })).rejects.toMatchObject({
      code: 'E_PLUGIN_UNLISTED',
    })
    expect(world.log).toEqual([])
    expect(bench.records).toHaveLength(1)
  })
})

describe('a failure', () => {
  it('starts no further step and aborts the waits of those under way', async () => {
    const world = new World()
    const waiting = makeThing(world, {
      run: (_, c) =>
        new Promise((_, reject) => c.signal.addEventListener('abort', () => reject(c.signal.reason))),
    })
    const failing = makeThing(world, { run: () => Promise.reject(boom) })
    const bench = new EngineBench([makeThing(new World())])
    const wait = bench.top.step(waiting, { name: 'waits' })
    await expect(bench.top.step(failing, { name: 'fails' })).rejects.toBe(boom)
    await expect(bench.top.step(makeThing(world), { name: 'late' })).rejects.toMatchObject({
      code: 'E_RUN_STOPPED',
    })
    await bench.engine.settle()
    await expect(wait).rejects.toMatchObject({ code: 'E_RUN_STOPPED' })
    expect(bench.engine.failure).toBe(boom)
    expect(world.log).toEqual([])
  })

  it('is no unhandled rejection when nobody awaited the step', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): number => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const bench = new EngineBench([makeThing(new World())])
    void bench.top.move({ name: 'lost', title: 'lost' }, (t) =>
      t.step(makeThing(new World(), { run: () => Promise.reject(boom) }), { name: 'a' }),
    )
    await bench.engine.settle()
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
    expect(bench.engine.failure).toBe(boom)
  })

  it('is also to return while steps are open', async () => {
    const bench = new EngineBench([makeThing(new World())])
    void bench.top.step(makeThing(new World(), { run: () => new Promise(() => undefined) }), { name: 'a' })
    expect(() => bench.engine.refuseOpen()).toThrow(/not finished: make a/)
  })
})

describe('a plan', () => {
  it('reads, changes nothing, and hands out placeholders that are not read with', async () => {
    const world = new World()
    const bench = new EngineBench([makeThing(world), countThings(world)], { planning: true })
    const { of } = await bench.top.step(countThings(world), { of: 'all' })
    const made = await bench.top.step(makeThing(world), { name: of })
    await bench.top.step(countThings(world), { of: made.name })
    expect(world.log).toEqual(['count all'])
    expect(made.name).toBe('⟨name⟩')
    expect(bench.permissions).toBe(0)
    expect(bench.records).toHaveLength(1)
  })

  it('tells of each step what its approver wants to know, but of a read that cannot be made', async () => {
    const world = new World()
    const make = makeThing(world, { details: ({ name }) => [`it is ${name}`] })
    const count = { ...countThings(world), details: (_: unknown, { of }: { of: string }) => [`all of ${of}`] }
    const steps = async (bench: EngineBench) => {
      const { of } = await bench.top.step(count, { of: 'them' })
      await bench.top.step(count, await bench.top.step(make, { name: of }).then(({ name }) => ({ of: name })))
      return bench.events.flatMap((event) => (event.kind === 'step.finished' ? [event.details] : []))
    }
    const planning = new EngineBench([make, count], { planning: true })
    expect(await steps(planning)).toEqual([['all of them'], ['it is them'], undefined])
    expect(await steps(new EngineBench([make, count]))).toEqual([undefined, undefined, undefined])
  })
})

describe('a resumed run', () => {
  it('gives back recorded outputs without calling anything', async () => {
    const world = new World()
    const step = makeThing(world)
    const first = new EngineBench([step])
    await first.top.step(step, { name: 'a' })
    const resumed = new EngineBench([step], { past: first.records })
    await expect(resumed.top.step(step, { name: 'a' })).resolves.toEqual({ name: 'a' })
    expect(world.log).toEqual(['make a'])
  })

  it.each([
    ['found', true, ['make a']],
    ['made', false, ['make a', 'make a']],
  ])('a step with an intent alone is %s', async (_, survives, log) => {
    const world = new World()
    const step = makeThing(world)
    const crashed = new EngineBench([step])
    await crashed.top.step(step, { name: 'a' })
    if (!survives) world.things.delete('a')
    const resumed = new EngineBench([step], { past: crashed.records.slice(0, 2) })
    await resumed.top.step(step, { name: 'a' })
    expect(world.log).toEqual(log)
  })

  it.each([
    ['goes on with what failed behind the commit', true, ['make a', 'make a']],
    ['fails as before where it failed ahead of it', false, ['make a']],
  ])('%s', async (_, committed, log) => {
    const world = new World()
    let broken = true
    const step = makeThing(world, {
      run: async ({ name }) => {
        world.log.push(`make ${name}`)
        if (broken) throw boom
        return { name }
      },
    })
    const first = new EngineBench([step])
    if (committed) first.records.push({ kind: 'committed', at })
    await expect(first.top.step(step, { name: 'a' })).rejects.toBe(boom)
    broken = false
    const resumed = new EngineBench([step], { past: first.records })
    const again = resumed.top.step(step, { name: 'a' })
    if (committed) await expect(again).resolves.toEqual({ name: 'a' })
    else await expect(again).rejects.toMatchObject({ code: 'E_BOOM' })
    expect(world.log).toEqual(log)
  })

  it.each([
    ['again where it was killed ahead of its keep window', [], 2],
    ['not again where it kept its way back open', [{ kind: 'kept', at, until: at }], 1],
    ['not again behind the commit', [{ kind: 'committed', at }], 1],
  ] as const)('takes a check %s', async (_, marks, times) => {
    let taken = 0
    const step = defineCheck({
      name: 'test/see',
      version: 1,
      input: z.strictObject({ name: z.string() }),
      output: z.null(),
      calls: [],
      title: ({ name }) => `see ${name}`,
      run: async () => {
        taken += 1
        return null
      },
    })
    const first = new EngineBench([step])
    await first.top.step(step, { name: 'a' })
    const resumed = new EngineBench([step], { past: [...first.records, ...marks] })
    await resumed.top.step(step, { name: 'a' })
    expect(taken).toBe(times)
  })

  it('takes again what gave a secret, which its journal does not hold, unless it is a change', async () => {
    const world = new World()
    const [read, change] = [countThings(world), makeThing(world)]
    const first = new EngineBench([read, change])
    await first.top.step(read, { of: 'things' })
    await first.top.step(change, { name: 'a' })
    const past = first.records.map((record) =>
      record.kind === 'step.done' ? { ...record, masked: true } : record,
    )
    const resumed = new EngineBench([read, change], { past })
    await expect(resumed.top.step(read, { of: 'things' })).resolves.toEqual({ count: 1, of: 'things' })
    expect(resumed.events).toContainEqual(
      expect.objectContaining({ text: expect.stringMatching(/is done again: it gave a secret/) }),
    )
    await expect(resumed.top.step(change, { name: 'a' })).rejects.toMatchObject({ code: 'E_STEP_SECRET' })
    expect(world.log).toEqual(['count things', 'make a', 'count things'])
  })

  it('stops when the task now asks for something else', async () => {
    const step = makeThing(new World())
    const first = new EngineBench([step])
    await first.top.step(step, { name: 'a' })
    const resumed = new EngineBench([step], { past: first.records })
    await expect(resumed.top.step(step, { name: 'b' })).rejects.toMatchObject({ code: 'E_RESUME_MISMATCH' })
  })

  it('checks for something else when it is asked to now, and has not passed before', async () => {
    const seen: string[] = []
    const step = defineCheck({
      name: 'test/see',
      version: 1,
      input: z.strictObject({ name: z.string() }),
      output: z.null(),
      calls: [],
      title: ({ name }) => `see ${name}`,
      run: async ({ name }) => {
        seen.push(name)
        return null
      },
    })
    const first = new EngineBench([step])
    await first.top.step(step, { name: 'a' })
    const committed = { kind: 'committed', at: 'then' } as const
    const passed = new EngineBench([step], { past: [...first.records, committed] })
    await expect(passed.top.step(step, { name: 'b' })).rejects.toMatchObject({ code: 'E_RESUME_MISMATCH' })
    const resumed = new EngineBench([step], { past: first.records })
    await resumed.top.step(step, { name: 'b' })
    expect(seen).toEqual(['a', 'b'])
    expect(resumed.records).toContainEqual(expect.objectContaining({ kind: 'step.intended', title: 'see b' }))
  })
})
