import { describe, expect, expectTypeOf, it } from 'vitest'
import { argProblem, flagOf, parseArgs } from './args.ts'
import { task } from './task.ts'

const specs = {
  release: 'string',
  keepBlue: { type: 'duration', default: '0s' },
  size: { type: 'number', optional: true },
  color: { type: 'string', choices: ['blue', 'green'], default: 'blue' },
  force: 'boolean',
  tag: { type: 'string[]', default: [] },
  zone: { type: 'string[]', choices: ['a', 'b', 'c'], default: [] },
} as const

describe('task arguments', () => {
  it('take defaults and are converted', () => {
    expect(parseArgs('t', specs, { release: 'v1', keepBlue: '10m', size: '3', tag: ['a'] })).toEqual({
      release: 'v1',
      keepBlue: 600_000,
      size: 3,
      color: 'blue',
      force: false,
      tag: ['a'],
      zone: [],
    })
    expect(parseArgs('t', specs, { release: 'v1', zone: ['a', 'c'] })).toMatchObject({ zone: ['a', 'c'] })
    expect(parseArgs('t', specs, { release: 'v1' })).toMatchObject({ keepBlue: 0, size: undefined, tag: [] })
  })

  it.each([
    [{}, 'E_ARG_MISSING', /--release/],
    [{ release: '' }, 'E_ARG_MISSING', /--release, and was given an empty one/],
    [{ release: 'v1', size: 'many' }, 'E_ARG_INVALID', /--size: "many" is not a number/],
    [{ release: 'v1', color: 'red' }, 'E_ARG_INVALID', /one of blue, green/],
    [{ release: 'v1', zone: ['a', 'x'] }, 'E_ARG_INVALID', /--zone: "x" is not one of a, b, c/],
    [{ release: 'v1', keepBlue: 'soon' }, 'E_DURATION', /--keep-blue: "soon"/],
  ])('refuse %j', (given, code, message) => {
    expect(() => parseArgs('t', specs, given)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })

  it('may be empty where they need not be there', () => {
    const note = {
      one: { type: 'string', optional: true },
      other: { type: 'string', default: 'none' },
    } as const
    expect(parseArgs('t', note, { one: '', other: '' })).toEqual({ one: '', other: '' })
  })

  it('never show a secret that does not fit', () => {
    const secret = { token: { type: 'number', secret: true } } as const
    expect(() => parseArgs('t', secret, { token: 'hunter2' })).toThrow(/^(?!.*hunter2)/)
  })

  it.each([
    ['stage', 'string', /flag of every command/],
    ['noCache', 'boolean', /--no-/],
    ['two words', 'string', /camelCase/],
    ['cache', { type: 'boolean', default: true }, undefined],
    ['token', { type: 'string', secret: true, revisable: true }, /cannot be revisable/],
    ['force', { type: 'boolean', secret: true }, /cannot be kept secret/],
    ['toString', 'string', /every object has/],
    ['except', 'string', /flag of every task/],
  ] as const)('see that %s can be a flag', (name, spec, problem) => {
    if (problem) expect(argProblem(name, spec)).toMatch(problem)
    else expect(argProblem(name, spec)).toBeUndefined()
  })

  it('have the types of what may be given', () => {
    const tones = { tone: { type: 'string', choices: ['warm', 'cold'] }, tag: { type: 'string[]' } } as const
    const { tone } = parseArgs('t', tones, { tone: 'warm', tag: ['a'] })
    expectTypeOf(tone).toEqualTypeOf<'warm' | 'cold'>()
    const sizes = {
      some: { type: 'number', optional: true },
      three: { type: 'number', optional: true, default: 3 },
    } as const
    const { some, three } = parseArgs('t', sizes, {})
    expectTypeOf(some).toEqualTypeOf<number | undefined>()
    expectTypeOf(three).toEqualTypeOf<number>()
    task({ args: tones }, async (t) => expectTypeOf(t.args.tag).toEqualTypeOf<readonly string[]>())
    // @ts-expect-error a detail that is misspelt
    task({ args: { token: { type: 'string', secert: true } } }, async () => undefined)
    // @ts-expect-error a default of another type
    task({ args: { size: { type: 'number', default: '3' } } }, async () => undefined)
    // @ts-expect-error no type
    task({ args: { size: 'int' } }, async () => undefined)
  })

  it('are flags in kebab case', () => expect(flagOf('keepBlue')).toBe('keep-blue'))
})
