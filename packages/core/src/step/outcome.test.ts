import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ViridianError } from '../error.ts'
import { EngineBench, makeThing, World } from '../testing/engine-bench.ts'
import { defineCheck } from './definition.ts'
import type { Performance } from './performance.ts'

const boom = new ViridianError('E_BOOM', 'it broke')

describe('the journal', () => {
  it('has the intent on disk before a change is asked for, and the output before anything goes on', async () => {
    const world = new World()
    const step = makeThing(world)
    const bench = new EngineBench([step], {
      flush: async ({ kind }) => {
        await new Promise((resolve) => setImmediate(resolve))
        world.log.push(kind)
      },
    })
    await bench.top.step(step, { name: 'a' })
    world.log.push('goes on')
    expect(world.log).toEqual(['step.intended', 'make a', 'step.done', 'goes on'])
  })

  it.each([
    ['the intent', 'step.intended', []],
    ['the output', 'step.done', ['make a']],
  ])('that cannot take %s stops the run', async (_, unwritable, log) => {
    const world = new World()
    const step = makeThing(world)
    const bench = new EngineBench([step], {
      flush: ({ kind }) => (kind === unwritable ? Promise.reject(boom) : Promise.resolve()),
    })
    await expect(bench.top.step(step, { name: 'a' })).rejects.toBe(boom)
    expect(bench.engine.failure).toBe(boom)
    expect(world.log).toEqual(log)
  })
})

describe('a check that has failed', () => {
  it('is taken again by a resume', async () => {
    let isSound = false
    const see = defineCheck({
      name: 'test/see',
      version: 1,
      input: z.null(),
      output: z.null(),
      calls: [],
      title: () => 'see',
      run: async () => {
        if (!isSound) throw boom
        return null
      },
    })
    const first = new EngineBench([see])
    await expect(first.top.step(see, null)).rejects.toBe(boom)
    isSound = true
    const resumed = new EngineBench([see], { past: first.records })
    await expect(resumed.top.step(see, null)).resolves.toBeNull()
  })
})

describe('a run that was stopped', () => {
  it.each([
    ['by a step', false, true],
    ['by somebody, while steps were under way that failed of it', true, false],
  ])('%s', async (_, isInterrupted, isStoppedByStep) => {
    const step = makeThing(new World(), {
      run: (_input, { signal }) =>
        isInterrupted
          ? new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason))
              bench.engine.fail(boom)
            })
          : Promise.reject(boom),
    })
    const bench = new EngineBench([step])
    await expect(bench.top.step(step, { name: 'a' })).rejects.toThrow()
    expect(bench.engine.failure).toBe(boom)
    expect(bench.engine.isStoppedByStep).toBe(isStoppedByStep)
  })
})

describe('a command that has failed', () => {
  it.each([
    ['may have done something once it has begun', true, 'unknown'],
    ['has done nothing before', false, 'no'],
  ])('%s', async (_, hadBegun, made) => {
    const bench = new EngineBench([])
    const command: Performance<unknown> = {
      ...{
        key: '/run#0',
        parent: undefined,
        type: 'command',
        step: 'run',
        version: 1,
        title: 'run',
        input: null,
      },
      parse: (output: unknown) => output,
      work: () => Promise.reject(boom),
      hadBegun: () => hadBegun,
    }
    await expect(bench.engine.track('run', () => bench.engine.perform(command))).rejects.toBe(boom)
    expect(bench.records.at(-1)).toMatchObject({ kind: 'step.failed', made })
  })
})
