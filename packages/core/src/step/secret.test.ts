import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { EngineBench, makeThing, World } from '../testing/engine-bench.ts'
import { defineChange, defineRead } from './definition.ts'
import { inputDigest } from './identity.ts'
import { secret } from './secret.ts'

const input = z.strictObject({ name: secret(z.string()) })

/** A change of which its schema alone knows that its name is a secret. */
const secretive = (world: World) => ({ ...makeThing(world), input })

const ask = defineRead({
  name: 'test/ask',
  version: 1,
  input: z.record(z.string(), z.number()),
  output: z.null(),
  calls: [],
  title: () => 'ask',
  run: async () => null,
})

describe('a secret that only the schema of a step knows', () => {
  it('is in no record and no digest that can be guessed at, and reaches the step', async () => {
    const world = new World()
    const bench = new EngineBench([secretive(world)])
    await bench.top.step(secretive(world), { name: 'hunter22' })
    expect(world.log).toEqual(['make hunter22'])
    const journal = JSON.stringify(bench.records)
    expect(journal).not.toContain('hunter22')
    expect(journal).toContain('"title":"make [masked]"')
    expect(journal).not.toContain(inputDigest({ name: 'hunter22' }))
    expect(journal).not.toContain(createHash('sha256').update('hunter22').digest('hex').slice(0, 16))
  })

  it('is compared by a resume, which replays the same and stops at another one', async () => {
    const made = defineChange({
      name: 'test/set-password',
      version: 1,
      input,
      beforeSchema: z.null(),
      output: z.null(),
      calls: [],
      title: () => 'set the password',
      before: async () => null,
      run: async () => null,
      find: async () => ({ status: 'absent' }),
      undo: async () => undefined,
      touches: () => [],
    })
    const first = new EngineBench([made])
    await first.top.step(made, { name: 'hunter22' })
    const again = new EngineBench([made], { past: first.records })
    await again.top.step(made, { name: 'hunter22' })
    expect(again.events).toContainEqual(expect.objectContaining({ outcome: 'replayed' }))
    const other = new EngineBench([made], { past: first.records })
    await expect(other.top.step(made, { name: 'hunter23' })).rejects.toMatchObject({
      code: 'E_RESUME_MISMATCH',
    })
  })
})

describe('a secret that is a number, or the name of a member', () => {
  it('is masked in the input of what is not undone', async () => {
    const bench = new EngineBench([ask])
    bench.mask.add('471147')
    bench.mask.add('hunter22')
    await bench.top.step(ask, { hunter22: 1, pin: 471147, port: 4711475 })
    expect(bench.records).toContainEqual(
      expect.objectContaining({ input: { '[masked]': 1, pin: '[masked]', port: 4711475 } }),
    )
  })

  it('is refused in a change before it is made, since no undo could read it', async () => {
    const log: number[] = []
    const pinned = defineChange({
      name: 'test/pin',
      version: 1,
      input: z.strictObject({ pin: z.number() }),
      beforeSchema: z.null(),
      output: z.null(),
      calls: [],
      title: () => 'set the pin',
      before: async () => null,
      run: async ({ pin }) => {
        log.push(pin)
        return null
      },
      find: async () => ({ status: 'absent' }),
      undo: async () => undefined,
      touches: () => [],
    })
    const bench = new EngineBench([pinned])
    bench.mask.add('471147')
    await expect(bench.top.step(pinned, { pin: 471147 })).rejects.toMatchObject({ code: 'E_SECRET_INPUT' })
    expect(log).toEqual([])
    expect(JSON.stringify(bench.records)).not.toContain('471147')
  })
})
