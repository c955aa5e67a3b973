import { expect, it } from 'vitest'
import { type HostQuery, roleHosts } from './role-hosts.ts'

it.each([
  [{}, 'it names neither a group nor a tag'],
  [{ tags: {} }, 'it names neither a group nor a tag'],
  [{ group: '' }, 'group: '],
  [{ group: 'web', zone: 'a' }, 'Unrecognized key: "zone"'],
  [{ tags: { Role: 1 } }, 'tags.Role: '],
])('hosts cannot be found by %j', (query, why) => {
  // What no compiler has seen.
  const find = () => roleHosts(query as HostQuery, {})
  expect(find).toThrow(expect.objectContaining({ code: 'E_HOSTS_QUERY' }))
  expect(find).toThrow(why)
})

it('it is said what is found', () => {
  expect(roleHosts({ group: 'web', tags: { Role: 'jobs' } }, {}).finds).toBe(
    'running instances in group "web" and tagged Role=jobs in this account and region',
  )
})
