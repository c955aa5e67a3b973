import { describe, expect, it } from 'vitest'
import { ViridianError } from '../error.ts'
import { quietContext } from '../testing/quiet-context.ts'
import { chosenRole, Roles } from './roles.ts'

const c = quietContext()

describe('roles', () => {
  it('are lists, or found', async () => {
    const roles = new Roles({
      web: ['deploy@web-1:2222', 'web-2', { name: 'three', address: '10.0.0.3' }],
      db: async () => ['db-1'],
    })
    expect(await roles.resolve('web', c)).toEqual([
      { name: 'web-1', user: 'deploy', port: 2222 },
      { name: 'web-2' },
      { name: 'three', address: '10.0.0.3' },
    ])
    expect(await roles.resolve('db', c)).toEqual([{ name: 'db-1' }])
  })

  it.each<[unknown, string, string]>([
    ['web-1', 'E_HOST_LIST', 'role "web" is no list of hosts: "web-1"'],
    [undefined, 'E_HOST_LIST', 'role "web" is no list of hosts: undefined'],
    [[{ adress: 'a' }], 'E_HOST_INVALID', '{"adress":"a"} is no host: name: '],
    [['web-1:99999'], 'E_HOST_INVALID', '"web-1:99999" is no host: port: '],
    [[null], 'E_HOST_INVALID', 'null is no host: '],
  ])('refuse %j from a function', async (found, code, message) => {
    // What no compiler has seen.
    const roles = new Roles({ web: () => found as string[] })
    await expect(roles.resolve('web', c)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  it('are missed where none is named', async () => {
    // What no compiler has seen.
    const nothing: string = JSON.parse('{}').role
    await expect(new Roles({ web: ['web-1'] }).resolve(nothing, c)).rejects.toMatchObject({
      code: 'E_ROLE_UNKNOWN',
    })
  })

  it('are told of by name where their function fails', async () => {
    const roles = new Roles({
      web: () => Promise.reject(new TypeError('no such thing')),
      db: ['db-1'],
    })
    const failed = {
      code: 'E_ROLE_FAILED',
      message: 'the hosts of role "web" cannot be found: TypeError: no such thing',
    }
    await expect(roles.resolve('web', c)).rejects.toMatchObject(failed)
    await expect(roles.listed(['elsewhere.example.com'], 'a call', c)).rejects.toMatchObject(failed)
    expect(await roles.listed(['db-1', 'ada@elsewhere'], 'a call', c)).toEqual([
      { name: 'db-1' },
      { name: 'elsewhere', user: 'ada' },
    ])
  })

  it('hand their function what a read has at hand, and tell whose an error of its is', async () => {
    const refused = new ViridianError('E_AWS_DENIED', 'ec2:DescribeInstances: no', {
      hint: 'allow it',
      place: { call: 'ec2:DescribeInstances' },
    })
    const roles = new Roles({
      web: ({ run }) => [`${run.stage}-1`],
      db: ({ signal }) => {
        signal.throwIfAborted()
        throw refused
      },
    })
    expect(await roles.resolve('web', c)).toEqual([{ name: `${c.run.stage}-1` }])
    await expect(roles.resolve('db', c)).rejects.toMatchObject({
      code: 'E_AWS_DENIED',
      message: 'the hosts of role "db" cannot be found: ec2:DescribeInstances: no',
      hint: 'allow it',
      place: { call: 'ec2:DescribeInstances' },
    })
    const stopped = new ViridianError('E_RUN_STOPPED', 'stopped')
    await expect(roles.resolve('db', quietContext(AbortSignal.abort(stopped)))).rejects.toBe(stopped)
  })

  it('tell what their function has found none of', async () => {
    const find = Object.assign(() => [], { finds: 'running instances in group "web"' })
    await expect(new Roles({ web: find }).resolve('web', c)).rejects.toMatchObject({
      code: 'E_ROLE_EMPTY',
      hint: 'there are no running instances in group "web" just now',
    })
  })

  it('know the hosts that a call lists by name, in its order', async () => {
    const three = { name: 'three', address: '10.0.0.3', port: 2222 }
    const roles = new Roles({ web: [three, 'web-1'], db: () => ['db-1'] })
    const other = { name: 'other', address: '10.0.0.9' }
    expect(await roles.listed(['db-1', other, 'three', 'new.example.com'], 'a call', c)).toEqual([
      { name: 'db-1' },
      other,
      three,
      { name: 'new.example.com' },
    ])
    expect(await roles.listed(['web-*'], 'a call', c)).toEqual([{ name: 'web-1' }])
    await expect(roles.listed(['db-1', 'db-1'], 'a call', c)).rejects.toMatchObject({ code: 'E_HOST_TWICE' })
  })

  it('let a plugin say more of a host', async () => {
    const host = { name: 'web-1', instance: 'i-1' }
    expect(await new Roles({ web: () => [host] }).resolve('web', c)).toEqual([host])
  })

  it('say for their hosts what these do not say themselves', async () => {
    const ssh = { user: 'deploy', port: 2222 } as const
    const roles = new Roles({
      web: { hosts: ['web-1', 'root@web-2', { name: 'web-3', port: 22 }], ssh },
      db: { hosts: async () => ['db-1'], ssh },
    })
    expect(await roles.resolve('web', c)).toEqual([
      { name: 'web-1', user: 'deploy', port: 2222 },
      { name: 'web-2', user: 'root', port: 2222 },
      { name: 'web-3', user: 'deploy', port: 22 },
    ])
    expect(await roles.resolve('db', c)).toEqual([{ name: 'db-1', ...ssh }])
  })

  it('have no two hosts of one name', async () => {
    const roles = new Roles({ web: async () => ['a', 'root@a'] })
    await expect(roles.resolve('web', c)).rejects.toMatchObject({ code: 'E_HOST_TWICE' })
    expect(() => roles.assign('web', [{ name: 'a' }, { name: 'a' }])).toThrow('two hosts called "a"')
  })

  it('are what a run has assigned, once it has', async () => {
    const roles = new Roles({ web: ['web-1'] })
    expect(roles.isAssigned('web')).toBe(false)
    roles.assign('web', [{ name: 'web-9' }])
    expect(roles.isAssigned('web')).toBe(true)
    expect(await roles.resolve('web', c)).toEqual([{ name: 'web-9' }])
  })

  it('that are unknown or empty are refused', async () => {
    const roles = new Roles({ web: [], worker: ['w'] })
    await expect(roles.resolve('web', c)).rejects.toMatchObject({ code: 'E_ROLE_EMPTY' })
    await expect(roles.resolve('wroker', c)).rejects.toMatchObject({
      code: 'E_ROLE_UNKNOWN',
      hint: 'did you mean worker?',
    })
  })
})

describe('the chosen hosts of a role', () => {
  const broken = async (): Promise<never> => {
    throw new Error('no account')
  }
  const configured = { web: ['web-1', 'web-2', 'web-3'], db: async () => ['db-1'], canary: ['web-2'] }
  const names = async (roles: Roles, role: string): Promise<string> =>
    (await roles.resolve(role, c)).map(({ name }) => name).join(' ')

  it('are the chosen ones of this role, or none when others are meant', async () => {
    const roles = new Roles(configured, { hosts: ['web-[1-2]'] })
    expect(await names(roles, 'web')).toBe('web-1 web-2')
    expect(await names(roles, 'db')).toBe('')
  })

  it('may have to stand in another role too', async () => {
    expect(await names(new Roles(configured, { roles: ['canary'] }), 'web')).toBe('web-2')
    expect(await names(new Roles(configured, { roles: ['web', 'db'], limit: 1 }), 'web')).toBe('web-1')
  })

  it('are all of an assigned role', async () => {
    const roles = new Roles(configured, { limit: 1 })
    roles.assign('fresh', [{ name: 'a' }, { name: 'b' }])
    expect(await names(roles, 'fresh')).toBe('a b')
  })

  it.each([
    [{ hosts: ['wbe-1'] }, 'E_HOST_UNKNOWN'],
    [{ except: ['wbe-1'] }, 'E_HOST_UNKNOWN'],
    [{ hosts: ['web-1'], except: ['web-*'] }, 'E_HOSTS_NONE'],
    [{ roles: ['wbe'] }, 'E_ROLE_UNKNOWN'],
  ])('are refused when nobody is meant: %j', async (choice, code) => {
    await expect(new Roles(configured, choice).resolve('web', c)).rejects.toMatchObject({ code })
  })

  it('need no role that cannot be resolved', async () => {
    const roles = new Roles({ ...configured, broken }, { hosts: ['web-1', 'x-1'] })
    expect(await names(roles, 'web')).toBe('web-1')
  })
})

describe('the chosen hosts of no role', () => {
  const db = async () => ['db-1', { name: 'shared', user: 'db' }]
  const configured = { web: ['web-1', { name: 'web-2', address: '10.0.0.2' }, 'shared'], db, idle: () => [] }
  const chosen = (choice: object) => new Roles(configured, choice).resolve(chosenRole, c)

  it('are those of several roles, each once', async () => {
    expect(await chosen({ roles: ['web', 'db'] })).toEqual([
      { name: 'web-1' },
      { name: 'web-2', address: '10.0.0.2' },
      { name: 'shared' },
      { name: 'db-1' },
    ])
    expect(await chosen({ roles: ['web', 'db'], hosts: ['*-1'], limit: 1 })).toEqual([{ name: 'web-1' }])
  })

  it('are hosts of any role by name, and addresses of none', async () => {
    expect(
      await chosen({ hosts: ['db-*', '10.0.0.2', 'deploy@new.test:2222', 'other', '[::1]:22'] }),
    ).toEqual([
      { name: 'web-2', address: '10.0.0.2' },
      { name: 'db-1' },
      { name: 'other' },
      { name: 'new.test', user: 'deploy', port: 2222 },
      { name: '::1', port: 22 },
    ])
  })

  it('ask no function for a name that a list has, nor for an address', async () => {
    const roles = new Roles(
      { ...configured, db: () => Promise.reject(new Error('no account')) },
      { hosts: ['web-1', 'root@10.0.0.9'] },
    )
    expect(await roles.resolve(chosenRole, c)).toEqual([
      { name: 'web-1' },
      { name: '10.0.0.9', user: 'root' },
    ])
  })

  it('are those that failed, as the journal has them', async () => {
    const failed = [{ name: 'i-1', address: '10.0.0.8' }, { name: 'i-2' }]
    expect(await chosen({ failed })).toEqual(failed)
    expect(await chosen({ failed, except: ['i-2'] })).toEqual([failed[0]])
    expect(await chosen({ failed: [{ name: 'web-1', user: 'old' }], roles: ['web'] })).toEqual([
      { name: 'web-1' },
    ])
  })

  it.each([
    [{ hosts: ['wbe-*'] }, 'E_HOST_UNKNOWN'],
    [{ roles: ['web'], hosts: ['web-9'] }, 'E_HOST_UNKNOWN'],
    [{ roles: ['web'], except: ['*'] }, 'E_HOSTS_NONE'],
    [{ roles: ['nope'] }, 'E_ROLE_UNKNOWN'],
    [{ roles: ['idle'] }, 'E_ROLE_EMPTY'],
    [{ roles: ['idle'], failed: [{ name: 'web-1' }] }, 'E_ROLE_EMPTY'],
    [{ roles: ['idle', 'web'], hosts: ['db-1'] }, 'E_HOST_UNKNOWN'],
  ])('are refused when nobody is meant: %j', async (choice, code) => {
    await expect(chosen(choice)).rejects.toMatchObject({ code })
  })
})
