import { describe, expect, it } from 'vitest'
import { Claims } from './claims.ts'

const collides = expect.objectContaining({ code: 'E_LOCAL_COLLISION' })

describe('the claim of a local path', () => {
  it("is not given back by its host's next one", () => {
    const claims = new Claims()
    claims.claim('/logs/web.log', 'web-1')
    claims.claim('/logs/web.log', 'web-1')()
    expect(() => claims.claim('/logs/web.log', 'web-2')).toThrow(collides)
  })

  it('holds what is above it and below it until it is given back', () => {
    const claims = new Claims()
    const giveBack = claims.claim('/logs/web', 'web-1')
    for (const path of ['/logs', '/logs/web/access.log'])
      expect(() => claims.claim(path, 'web-2')).toThrow(collides)
    giveBack()
    claims.claim('/logs', 'web-2')
  })
})
