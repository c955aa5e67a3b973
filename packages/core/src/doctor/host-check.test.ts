import { expect, it } from 'vitest'
import { hostFindings } from './host-check.ts'

const noon = Date.parse('2026-01-01T12:00:00Z')
const asked = (seconds: number, more = '') =>
  hostFindings(`clock=${noon / 1000 + seconds}\n${more}`, { before: noon, after: noon + 900 })

it('is content with a host whose clock is right and that has what tasks need', () => {
  for (const seconds of [-5, 0, 5]) expect(asked(seconds)).toEqual([])
})

it('says how far a clock is off, and to which side', () => {
  expect(asked(42)).toMatchObject([{ verdict: 'warning', says: "its clock is 41 s ahead of this machine's" }])
  expect(asked(-42)).toMatchObject([{ verdict: 'warning', says: "its clock is 41 s behind this machine's" }])
})

it('says what a host lacks', () => {
  const found = asked(0, 'lacks=tar\nlacks=sha256sum\nsudo=no')
  expect(asked(0, 'lacks=sudo')).toMatchObject([{ verdict: 'problem', hint: 'install sudo on it' }])
  expect(found.map(({ verdict }) => verdict)).toEqual(['warning', 'warning', 'problem'])
  expect(found.map(({ says }) => says.split(':')[0])).toEqual([
    'it has no tar',
    'it has no sha256sum',
    'sudo wants a password',
  ])
})

it('does not take what is no answer for a clock', () => {
  expect(hostFindings('', { before: noon, after: noon })).toEqual([])
})
