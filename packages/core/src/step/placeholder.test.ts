import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { holdsPlaceholder, placeholderFor } from './placeholder.ts'

describe('placeholders', () => {
  it('take the shape of the output schema, and are known again wherever they flow', () => {
    const schema = z.strictObject({
      image: z.string(),
      ids: z.array(z.string()),
      size: z.number(),
      kind: z.literal('classic'),
      zone: z.string().optional(),
      before: z.string().nullable(),
    })
    const output = placeholderFor(schema)
    expect(output).toEqual({
      image: '⟨image⟩',
      ids: ['⟨ids⟩'],
      size: 0,
      kind: 'classic',
      before: null,
    })
    expect(holdsPlaceholder({ deep: [{ image: `from ${output.image}` }] })).toBe(true)
    expect(holdsPlaceholder({ image: 'ami-1', n: 3 })).toBe(false)
  })
})
