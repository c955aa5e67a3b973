import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cacheDirectory } from './cache-directory.ts'

const nobody = 65534
let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'cache-'))
  vi.stubEnv('XDG_CACHE_HOME', place)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true })
})

describe('the directory of compiled code', () => {
  it('is private to the user', () => {
    expect(cacheDirectory()).toBe(join(place, 'viridian'))
    expect(statSync(join(place, 'viridian')).mode & 0o777).toBe(0o700)
  })

  it('is not used where others may write to it, or have led it elsewhere', () => {
    mkdirSync(join(place, 'viridian'))
    chmodSync(join(place, 'viridian'), 0o777)
    expect(cacheDirectory()).toBe(false)
    rmSync(join(place, 'viridian'), { recursive: true })
    symlinkSync(tmpdir(), join(place, 'viridian'))
    expect(cacheDirectory()).toBe(false)
  })

  it.runIf(process.getuid?.() === 0)("is not used when it is another user's", () => {
    mkdirSync(join(place, 'viridian'), { mode: 0o700 })
    chownSync(join(place, 'viridian'), nobody, nobody)
    expect(cacheDirectory()).toBe(false)
  })
})
