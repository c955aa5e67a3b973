import { describe, expect, it } from 'vitest'
import { stateHint } from './state-hint.ts'

describe('what to do about a state that cannot be kept', () => {
  it.each([
    ['ENOSPC', /^make room/],
    ['EFBIG', /ulimit -f/],
    ['ENOTDIR', /move it away/],
    ['EEXIST', /move it away/],
    ['EROFS', /ls -ld/],
    ['EIO', /writable/],
  ])('fits %s', (code, hint) => {
    expect(stateHint(Object.assign(new Error('no'), { code }))).toMatch(hint)
  })
})
