import { describe, expect, it } from 'vitest'
import { isPattern, namedBy, splitHosts } from './host-pattern.ts'

const among = (pattern: string, ...names: string[]): string[] =>
  names.filter((name) => namedBy(pattern)({ name }))

describe('a pattern of host names', () => {
  it.each([
    ['web-1', ['web-1', 'web-11', 'xweb-1'], ['web-1']],
    ['web-*', ['web-1', 'web-', 'web', 'db-1'], ['web-1', 'web-']],
    ['web-?', ['web-1', 'web-11', 'web-'], ['web-1']],
    ['web-[1-3,7]', ['web-1', 'web-3', 'web-4', 'web-7', 'web-13'], ['web-1', 'web-3', 'web-7']],
    ['*[12]', ['web-12', 'web-1', 'web-2'], ['web-12']],
    ['n[08-11]', ['n8', 'n08', 'n9', 'n09', 'n10', 'n11', 'n12'], ['n08', 'n09', 'n10', 'n11']],
    ['10.0.0.[1-2]', ['10.0.0.1', '10.0.0.2', '10.0x0.1'], ['10.0.0.1', '10.0.0.2']],
    ['a.b+c*', ['a.b+c-1', 'axb+c', 'a.bbc'], ['a.b+c-1']],
  ])('%s', (pattern, names, found) => {
    expect(among(pattern, ...names)).toEqual(found)
  })

  it('means addresses as well', () => {
    expect(namedBy('10.0.*')({ name: 'web-1', address: '10.0.0.7' })).toBe(true)
    expect(namedBy('10.0.0.7')({ name: 'web-1', address: '10.0.0.7' })).toBe(true)
    expect(namedBy('*')({ name: 'web-1' })).toBe(true)
  })

  it.each(['web-[3-1]', 'web-[1-99999]', 'web-[1--2]', 'web-[1,]'])('%s is refused', (pattern) => {
    expect(() => namedBy(pattern)).toThrow(expect.objectContaining({ code: 'E_HOST_PATTERN' }))
  })

  it('is told from a name', () => {
    expect(['web-*', 'web-?', 'web-[1-2]'].every(isPattern)).toBe(true)
    expect(['web-1', 'deploy@web-1:22', '[::1]:22', '[fe80::1]'].some(isPattern)).toBe(false)
  })

  it('stands in a list, separated by commas', () => {
    expect(splitHosts('web-[1-3,7], db-1,,deploy@x:22')).toEqual(['web-[1-3,7]', 'db-1', 'deploy@x:22'])
  })
})
