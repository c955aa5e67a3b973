import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ViridianError } from '../error.ts'
import { fanOut, hostsError } from './fan-out.ts'
import { HostsError } from './hosts-error.ts'

const hosts = Array.from({ length: 10 }, (_, index) => ({ name: `web-${index}` }))
const numberOf = ({ name }: { name: string }): number => Number(name.slice(4))

const failingOn =
  (...bad: number[]) =>
  async (host: { name: string }) => {
    await sleep(1)
    if (!bad.includes(numberOf(host))) return numberOf(host)
    throw new ViridianError('E_COMMAND_FAILED', `${host.name}: "false" failed with exit code 1\n  more`, {
      hint: 'look',
    })
  }

const statuses = (results: readonly { status: string }[]) =>
  results.map(({ status }) => status.charAt(0)).join('')

describe('over hosts', () => {
  test('gives every result in the order of the hosts', async () => {
    const results = await fanOut(hosts, async (host) => {
      await sleep(10 - numberOf(host))
      return numberOf(host)
    })
    expect(results.map((result) => result.status === 'done' && result.value)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
    expect(results[0]?.ms).toBeGreaterThan(5)
    expect(hostsError(results)).toBeUndefined()
  })

  test('runs as many at a time as it may', async () => {
    let running = 0
    let most = 0
    await fanOut(
      hosts,
      async () => {
        most = Math.max(most, ++running)
        await sleep(5)
        running -= 1
      },
      { concurrency: 3 },
    )
    expect(most).toBe(3)
  })

  test('a failure stops no host that was begun, and hides no other', async () => {
    expect(statuses(await fanOut(hosts, failingOn(2, 5)))).toBe('ddfddfdddd')
  })

  test('no further host is begun after too many failures', async () => {
    expect(statuses(await fanOut(hosts, failingOn(1), { concurrency: 1 }))).toBe('dfssssssss')
    expect(statuses(await fanOut(hosts, failingOn(1, 4, 6), { concurrency: 1, maxFailures: 1 }))).toBe(
      'dfddfsssss',
    )
    expect(statuses(await fanOut(hosts, failingOn(1, 4, 6), { concurrency: 1, maxFailures: '20%' }))).toBe(
      'dfddfdfsss',
    )
  })

  test('goes batch by batch, the last size again and again', async () => {
    const running = new Set<number>()
    const together: number[][] = []
    const run = async (host: { name: string }) => {
      running.add(numberOf(host))
      together.push([...running])
      await sleep(5)
      running.delete(numberOf(host))
    }
    await fanOut(hosts, run, { batches: [1, '20%', 3] })
    expect(together.filter((set) => [1, 3].includes(set.length) || set.includes(2)).at(-1)).toEqual([9])
    expect(together.map((set) => Math.min(...set))).toEqual([0, 1, 1, 3, 3, 3, 6, 6, 6, 9])
    await fanOut(hosts, async () => undefined, { batches: [0, '1%'] })
  })

  test('a failed batch is the last', async () => {
    expect(statuses(await fanOut(hosts, failingOn(2), { batches: [1, 3] }))).toBe('ddfdssssss')
  })

  test('no further host is begun after a stop', async () => {
    const stop = new AbortController()
    const run = async (host: { name: string }) => {
      if (numberOf(host) === 2) stop.abort()
    }
    expect(statuses(await fanOut(hosts, run, { concurrency: 1, signal: stop.signal }))).toBe('dddsssssss')
  })

  test('a number of hosts is a number or a share', async () => {
    // What a task file in JavaScript may hold.
    const wrong = 'many' as `${number}%`
    await expect(fanOut(hosts, failingOn(), { maxFailures: wrong })).rejects.toMatchObject({
      code: 'E_HOST_COUNT',
    })
  })
})

describe('the error of hosts', () => {
  const failing = (reasonOf: (host: { name: string }) => string) =>
    fanOut(hosts, (host) => Promise.reject(new ViridianError('E_X', reasonOf(host), { hint: 'look' })), {
      maxFailures: 10,
    })

  test('names each that failed, together where the reason is the same', async () => {
    const error = hostsError(await fanOut(hosts, failingOn(2, 5)), 0, 'update')
    expect(error).toBeInstanceOf(HostsError)
    expect(error?.code).toBe('E_HOSTS_FAILED')
    expect(error?.message.split('\n')).toEqual([
      'update failed on 2 of 10 hosts',
      '  web-2, web-5: "false" failed with exit code 1',
      '    more',
    ])
    expect(error?.hint).toBe('look')
    expect(error?.failed.map(({ host }) => host.name)).toEqual(['web-2', 'web-5'])
    expect(error?.results).toHaveLength(10)
  })

  test('names each reason', async () => {
    const message = hostsError(await failing(({ name }) => `reason ${name.charCodeAt(4)}`))?.message ?? ''
    for (const { name } of hosts) expect(message).toContain(`\n  ${name}: reason ${name.charCodeAt(4)}`)
  })

  test('is none while no more failed than may', async () => {
    const results = await fanOut(hosts, failingOn(2), { maxFailures: 1 })
    expect(hostsError(results, 1)).toBeUndefined()
    expect(hostsError(results, 0)?.place).toEqual({ host: 'web-2' })
  })

  test('says how many were not begun', async () => {
    expect(hostsError(await fanOut(hosts, failingOn(1), { concurrency: 1 }))?.message).toMatch(
      /^the task failed on 1 of 10 hosts, 8 not begun\n/,
    )
  })
})
