import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../machines/testing/lab.ts'
import { port, Rig, spec } from './testing/rig.ts'

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.close())

describe('health', () => {
  it('is registering, healthy, unhealthy and healthy again, in the words of AWS', async () => {
    await rig.open()
    const one = await rig.application('i-1')
    rig.balancers.groups.register('web', [one.target])
    expect(rig.health('i-1')).toEqual({
      id: 'i-1',
      state: 'registering',
      description: 'Instance registration is still in progress.',
    })
    expect((await rig.send()).status).toBe(503)
    await rig.serve(one)
    expect(rig.health('i-1')).toEqual({ id: 'i-1', state: 'healthy', description: 'N/A' })
    one.healthy = false
    await eventually(() => expect(rig.health('i-1')?.state).toBe('unhealthy'))
    expect(rig.health('i-1')?.description).toBe(
      'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
    )
    const refused = await rig.send()
    expect(refused).toMatchObject({ status: 503, body: '' })
    one.healthy = true
    await eventually(() => expect(rig.health('i-1')?.state).toBe('healthy'))
    expect(rig.balancers.counts('web')).toEqual({ requests: 2, byClass: { '5xx': 2 }, balancerErrors: 2 })
  })

  it('is a connection for TCP', async () => {
    await rig.open({ healthCheck: { ...spec().healthCheck, target: `TCP:${port}` } })
    const one = await rig.application('i-1')
    one.healthy = false
    await rig.serve(one)
    await one.close()
    await eventually(() => expect(rig.health('i-1')?.state).toBe('unhealthy'))
  })
})

describe('deregistration', () => {
  it('loses no request of continuous traffic, while targets come and go and their applications end', async () => {
    await rig.open()
    const blue = [await rig.application('blue-1'), await rig.application('blue-2')]
    const slow = await rig.application('green', (_, response) => {
      setTimeout(() => response.end('green'), 5)
    })
    await rig.serve(...blue)
    const bodies: string[] = []
    let over = false
    const clients = Array.from({ length: 6 }, async () => {
      while (!over) {
        const { status, body } = await rig.send()
        bodies.push(`${status} ${body}`)
      }
    })
    await rig.serve(slow)
    rig.balancers.groups.deregister('web', [{ id: 'blue-1' }, { id: 'blue-2' }])
    const drained = bodies.length
    await eventually(() => expect(rig.balancers.groups.health('web')).toHaveLength(1))
    await Promise.all(blue.map((application) => application.close()))
    await eventually(() => expect(bodies.length).toBeGreaterThan(drained + 200))
    over = true
    await Promise.all(clients)
    expect(bodies.filter((body) => !body.startsWith('200'))).toEqual([])
    expect(new Set(bodies)).toEqual(new Set(['200 blue-1', '200 blue-2', '200 green']))
    // What was on its way at the deregistration, and nothing later.
    expect(bodies.slice(drained + 6).filter((body) => body !== '200 green')).toEqual([])
    expect(rig.balancers.counts('web').requests).toBe(bodies.length)
  })

  it('lets requests in hand end within the time for draining', async () => {
    await rig.open()
    const app = await rig.application(
      'i-1',
      (_, response) => void setTimeout(() => response.end('late'), 300),
    )
    await rig.serve(app)
    const reply = rig.send()
    await eventually(() => expect(rig.balancers.counts('web').requests).toBe(1))
    rig.balancers.groups.deregister('web', [{ id: 'i-1' }])
    expect(rig.health('i-1')).toMatchObject({
      state: 'draining',
      description: 'Instance deregistration currently in progress.',
    })
    expect((await rig.send()).status).toBe(503)
    expect(await reply).toMatchObject({ status: 200, body: 'late' })
    await eventually(() => expect(rig.health('i-1')).toBeUndefined())
  })

  it.each([
    ['after the time for draining', 20],
    ['at once without draining', undefined],
  ])('cuts requests in hand %s', async (_, draining) => {
    const { draining: __, ...undrained } = spec()
    rig.address = (
      await rig.balancers.open(draining === undefined ? undrained : { ...undrained, draining })
    ).address
    await rig.serve(await rig.application('i-1', () => undefined))
    const started = performance.now()
    const reply = rig.send()
    await eventually(() => expect(rig.balancers.counts('web').requests).toBe(1))
    rig.balancers.groups.deregister('web', [{ id: 'i-1' }])
    expect((await reply).status).toBe(502)
    if (draining === undefined) expect(performance.now() - started).toBeLessThan(950)
    else expect(performance.now() - started).toBeGreaterThan(950)
    expect(rig.health('i-1')).toBeUndefined()
  })

  it('is taken back by registering again, which begins with health', async () => {
    await rig.open()
    const app = await rig.application(
      'i-1',
      (_, response) => void setTimeout(() => response.end('late'), 300),
    )
    await rig.serve(app)
    const reply = rig.send()
    await eventually(() => expect(rig.balancers.counts('web').requests).toBe(1))
    rig.balancers.groups.deregister('web', [{ id: 'i-1' }])
    rig.balancers.groups.register('web', [app.target])
    expect(rig.health('i-1')?.state).toBe('registering')
    expect((await reply).body).toBe('late')
    await rig.serve(app)
    expect((await rig.send()).body).toBe('late')
  })
})
