import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ViridianError } from '../../error.ts'
import { fanOut, hostsError } from './fan-out.ts'
import { type HostResult, HostsError } from './hosts-error.ts'

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

  test('nothing thrown is a failure as any other', async () => {
    const run = (host: { name: string }) => (numberOf(host) === 2 ? Promise.reject() : Promise.resolve())
    const results = await fanOut(hosts, run, { maxFailures: 1 })
    expect(statuses(results)).toBe('ddfddddddd')
    expect(hostsError(results)?.message).toBe('the task failed on 1 of 10 hosts\n  web-2: Error: undefined')
    expect(hostsError(results)?.hint).toMatch(/^with --failed/)
    expect(hostsError(results, 0, 'update', { isOfRun: true })?.hint).toMatch(/^all that the hosts said/)
  })

  test('a number of hosts is a number or a share', async () => {
    // What a task file in JavaScript may hold.
    const wrong = 'many' as `${number}%`
    await expect(fanOut(hosts, failingOn(), { maxFailures: wrong })).rejects.toMatchObject({
      code: 'E_HOST_COUNT',
    })
  })
})

describe('what becomes of the others', () => {
  const slow = async (host: { name: string }, signal?: AbortSignal) => {
    if (numberOf(host) === 2) {
      await sleep(20)
      throw new Error('no')
    }
    await sleep(numberOf(host) < 5 ? 1 : 60_000, undefined, signal && { signal }).catch(() => {
      throw signal?.reason
    })
  }

  test('stop: those that are running are ended, and count as no failure', async () => {
    const results = await fanOut(hosts, slow, { onFailure: 'stop', concurrency: 4 })
    expect(hostsError(results)?.message.split('\n')).toEqual([
      'the task failed on 1 of 10 hosts, 3 ended, 2 not begun',
      '  web-2: Error: no',
      '  ended: web-[5-7]',
      '  not begun: web-8, web-9',
    ])
    expect(statuses(results)).toBe('ddfddsssss')
  })

  test('stop: not before more have failed than may', async () => {
    const results = await fanOut(hosts, failingOn(2, 5), { onFailure: 'stop', maxFailures: 2 })
    expect(statuses(results)).toBe('ddfddfdddd')
  })

  test('continue: all are run, and it fails all the same', async () => {
    const results = await fanOut(hosts, failingOn(1, 4), {
      onFailure: 'continue',
      concurrency: 1,
      batches: [1, 2],
      maxFailures: 1,
    })
    expect(statuses(results)).toBe('dfddfddddd')
    expect(hostsError(results, 1)?.message).toMatch(/^the task failed on 2 of 10 hosts\n/)
  })

  test('a deadline ends those that are running: they have failed', async () => {
    const results = await fanOut(hosts.slice(5), slow, { deadline: 5, concurrency: 3 })
    expect(statuses(results)).toBe('fffss')
    expect(hostsError(results)?.message).toContain(
      'web-[5-7]: was ended: the task took longer than 5ms\n  not begun: web-8, web-9',
    )
  })

  test('a stop of the run is passed on to each host', async () => {
    const stop = new AbortController()
    const ended = fanOut(hosts.slice(5), slow, { onFailure: 'stop', concurrency: 2, signal: stop.signal })
    await sleep(5)
    stop.abort(new Error('interrupted'))
    expect(statuses(await ended)).toBe('ffsss')
  })
})

describe('between batches', () => {
  const watched = async (bad: number[], options: object) => {
    const calls: string[] = []
    const between = async (ended: readonly HostResult[], left: number) =>
      void calls.push(`${ended.length}+${left}`)
    await fanOut(hosts, failingOn(...bad), { batches: [1, 3, '40%'], between, ...options })
    return calls.join(' ')
  }

  test('it is called with what is done and what is left', async () => {
    expect(await watched([], {})).toBe('1+9 4+6 8+2')
  })

  test('it is not called when no further batch begins', async () => {
    expect(await watched([2], {})).toBe('1+9')
    expect(await watched([2], { onFailure: 'continue' })).toBe('1+9 4+6 8+2')
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

  test('reads well for many hosts and few reasons', async () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      name: `web-${index + 1}`,
      address: `10.0.${index >> 8}.${index & 255}`,
    }))
    const reasonOf = ({ name, address }: { name: string; address: string }): string | undefined => {
      const number = numberOf({ name })
      if (number <= 20)
        return `${name} (${address}:22) cannot be reached within 60s: connect ECONNREFUSED ${address}:22`
      if (number % 50 === 0)
        return `${name}: "apt-get -y upgrade" failed with exit code 100\n  E: no space left`
      if (number % 100 === 1) return `${name}: took longer than 5m`
      return number === 77 || number === 78 ? `${name}: refused to log in: tried the agent` : undefined
    }
    const run = async (host: (typeof many)[number]) => {
      const reason = reasonOf(host)
      if (reason !== undefined) throw new ViridianError('E_X', reason)
    }
    // What is handed to the function are the hosts given.
    const results = await fanOut(many, (host) => run(host as (typeof many)[number]), {
      onFailure: 'continue',
    })
    expect(hostsError(results, 0, 'upgrade')?.message.split('\n')).toEqual([
      'upgrade failed on 36 of 500 hosts',
      '  web-[1-20]: cannot be reached within 60s: connect ECONNREFUSED …:22',
      '  web-[50,100,150,200,250,300,350,400,450,500]: "apt-get -y upgrade" failed with exit code 100',
      '    E: no space left',
      '  web-[101,201,301,401]: took longer than 5m',
      '  web-77, web-78: refused to log in: tried the agent',
    ])
  })

  test('tells what has caused a failure, and where it was, once for all that share it', async () => {
    const results = await fanOut(
      hosts,
      ({ name }) => {
        const cause = new Error(`connect ECONNREFUSED 10.0.0.${name.slice(4)}:443`)
        const place = { file: 'releases.ts', line: 7, host: name }
        return Promise.reject(new ViridianError('E_RELEASE', 'no release', { cause, place }))
      },
      { onFailure: 'continue' },
    )
    expect(hostsError(results)?.message.split('\n')).toEqual([
      'the task failed on 10 of 10 hosts',
      '  web-[0-9]: no release',
      '    at releases.ts:7',
      '    caused by connect ECONNREFUSED …:443',
    ])
  })

  test('tells no file twice', async () => {
    const [host = { name: '' }] = hosts
    const error = new ViridianError('E_X', 'cannot read /srv/a', { place: { file: '/srv/a' } })
    expect(hostsError(await fanOut([host], () => Promise.reject(error)))?.message).toBe(
      'the task failed on 1 of 1 hosts\n  web-0: cannot read /srv/a',
    )
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
      /^the task failed on 1 of 10 hosts, 8 not begun\n.*\n.*\n {2}not begun: web-\[2-9\]$/,
    )
  })
})
