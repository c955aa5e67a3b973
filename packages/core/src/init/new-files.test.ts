import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeNew } from './new-files.ts'

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'new-'))
})
afterEach(() => rmSync(place, { recursive: true }))

const all = () => readdirSync(place, { recursive: true }).sort()

describe('new files', () => {
  it('come with the directories that they need', () => {
    expect(writeNew(join(place, 'a/b'), () => ({ 'd/e': 'two', c: 'one' }))).toEqual(['c', 'd/e'])
    expect(all()).toEqual(['a', 'a/b', 'a/b/c', 'a/b/d', 'a/b/d/e'])
    expect(readFileSync(join(place, 'a/b/d/e'), 'utf8')).toBe('two')
  })

  it('take no place that is taken', () => {
    writeFileSync(join(place, 'b'), 'mine')
    expect(() => writeNew(place, () => ({ a: '', b: '', c: '' }))).toThrow(/^there already: b$/)
    expect(all()).toEqual(['b'])
    expect(readFileSync(join(place, 'b'), 'utf8')).toBe('mine')
  })

  it('are all there or none, with what was there before', () => {
    mkdirSync(join(place, 'kept'))
    writeFileSync(join(place, 'kept/way'), 'mine')
    expect(() => writeNew(join(place, 'kept'), () => ({ a: '', 'b/c': '', 'way/d': '' }))).toThrow(
      /^cannot make the project: /,
    )
    expect(all()).toEqual(['kept', 'kept/way'])
    const failing = () => {
      throw new Error('no')
    }
    expect(() => writeNew(join(place, 'x/y'), failing)).toThrow(/: no$/)
    expect(all()).toEqual(['kept', 'kept/way'])
  })
})
