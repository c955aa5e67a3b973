import { describe, expect, it } from 'vitest'
import { nearest, suggestion } from './nearest.ts'

describe('the nearest names', () => {
  it.each([
    ['deploy:bluegren', ['deploy:bluegreen', 'deploy:swap', 'uptime'], ['deploy:bluegreen']],
    ['deploy', ['redploy', 'deploy:bluegreen'], ['deploy:bluegreen', 'redploy']],
    ['wbe', ['db', 'web'], ['web']],
    ['frobnicate', ['deploy', 'uptime'], []],
  ])('of %s among %j', (word, candidates, expected) => expect(nearest(word, candidates)).toEqual(expected))

  it('make no suggestion when none is near', () => expect(suggestion('frobnicate', ['up'])).toBeUndefined())
})
