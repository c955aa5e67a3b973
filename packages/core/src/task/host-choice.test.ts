import { describe, expect, it } from 'vitest'
import { choiceText, chosenOf, type HostChoice, strangersOf } from './host-choice.ts'

const hosts = ['web-1', 'web-2', 'web-3', 'db-1'].map((name, index) => ({ name, address: `10.0.0.${index}` }))
const names = (choice: HostChoice, members?: ReadonlySet<string>): string =>
  chosenOf(hosts, choice, members)
    .map(({ name }) => name)
    .join(' ')

describe('a choice of hosts', () => {
  it.each<[HostChoice, string]>([
    [{}, 'web-1 web-2 web-3 db-1'],
    [{ hosts: ['web-*'] }, 'web-1 web-2 web-3'],
    [{ hosts: ['db-1', 'web-2'] }, 'web-2 db-1'],
    [{ hosts: ['10.0.0.3'] }, 'db-1'],
    [{ limit: 2 }, 'web-1 web-2'],
    [{ limit: ['web-[2-3]'] }, 'web-2 web-3'],
    [{ hosts: ['web-*'], limit: ['*-1'] }, 'web-1'],
    [{ except: ['web-1'], limit: 2 }, 'web-2 web-3'],
    [{ except: ['*'] }, ''],
    [{ failed: [{ name: 'web-3' }, { name: 'gone' }] }, 'web-3'],
    [{ failed: [{ name: 'web-3' }, { name: 'db-1' }], except: ['web-*'] }, 'db-1'],
  ])('%j', (choice, chosen) => {
    expect(names(choice)).toBe(chosen)
  })

  it('keeps to the hosts of its roles', () => {
    expect(names({ roles: ['canary'] }, new Set(['web-2']))).toBe('web-2')
  })

  it('knows what it names in vain', () => {
    const choice = {
      hosts: ['web-1', 'wbe-1', 'x-*'],
      limit: ['10.0.0.1', '10.0.0.9'],
      except: ['db-[1-2]', 'db'],
    }
    expect(strangersOf(choice, hosts)).toEqual(['wbe-1', 'x-*', '10.0.0.9', 'db'])
    expect(strangersOf({ limit: 3 }, hosts)).toEqual([])
  })

  it('reads as it was typed', () => {
    expect(choiceText({ roles: ['a', 'b'], hosts: ['x'], limit: 3, except: ['y'], failed: [] })).toBe(
      '--role a,b --hosts x --limit 3 --except y --failed',
    )
  })
})
