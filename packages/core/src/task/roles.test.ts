import { describe, expect, it } from 'vitest'
import { Roles } from './roles.ts'

describe('roles', () => {
  it('are lists, or found', async () => {
    const roles = new Roles({
      web: ['deploy@web-1:2222', 'web-2', { name: 'three', address: '10.0.0.3' }],
      db: async () => ['db-1'],
    })
    expect(await roles.resolve('web')).toEqual([
      { name: 'web-1', user: 'deploy', port: 2222 },
      { name: 'web-2' },
      { name: 'three', address: '10.0.0.3' },
    ])
    expect(await roles.resolve('db')).toEqual([{ name: 'db-1' }])
  })

  it('are what a run has assigned, once it has', async () => {
    const roles = new Roles({ web: ['web-1'] })
    roles.assign('web', [{ name: 'web-9' }])
    expect(await roles.resolve('web')).toEqual([{ name: 'web-9' }])
  })

  it('that are unknown or empty are refused', async () => {
    const roles = new Roles({ web: [], worker: ['w'] })
    await expect(roles.resolve('web')).rejects.toMatchObject({ code: 'E_ROLE_EMPTY' })
    await expect(roles.resolve('wroker')).rejects.toMatchObject({
      code: 'E_ROLE_UNKNOWN',
      hint: 'did you mean worker?',
    })
  })
})
