import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../machines/testing/lab.ts'
import { diedHeader } from './died-header.ts'
import { listener, port, Rig, spec } from './testing/rig.ts'

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.close())

describe('health', () => {
  it('is registering, healthy, unhealthy and healthy again, in the words of AWS', async () => {
    await rig.open()
    const one = await rig.application('i-1')
    await rig.balancers.register('web', [one.target])
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

describe('requests', () => {
  it('go to the targets in turn, over kept connections', async () => {
    await rig.open()
    const [one, two] = [await rig.application('i-1'), await rig.application('i-2')]
    await rig.serve(one, two)
    const before = one.connections
    const bodies: string[] = []
    for (let index = 0; index < 40; index++) bodies.push((await rig.send()).body)
    expect(bodies.filter((body) => body === 'i-1')).toHaveLength(20)
    expect(bodies[0]).not.toBe(bodies[1])
    // Health checks connect as well, a few times a second.
    expect(one.connections - before).toBeLessThan(10)
  })

  it('tell the application of the client, and nothing of the hop', async () => {
    await rig.open()
    const echo = await rig.application('i-1', (incoming, response) => {
      response.setHeader('Set-Cookie', ['a=1', 'b=2'])
      response.end(JSON.stringify(incoming.rawHeaders))
    })
    await rig.serve(echo)
    const headers = {
      'X-Forwarded-For': '10.0.0.1',
      Connection: 'X-Secret, keep-alive',
      'X-Secret': '1',
      'X-Own': 'kept',
    }
    const reply = await rig.send('/', { headers })
    const raw: string[] = JSON.parse(reply.body)
    const header = (name: string): string | undefined => raw[raw.indexOf(name) + 1]
    expect(header('X-Forwarded-For')).toBe('10.0.0.1, 127.0.0.1')
    expect(header('X-Forwarded-Proto')).toBe('http')
    expect(header('X-Forwarded-Port')).toBe(String(port))
    expect(header('Host')).toBe(`${rig.address}:${port}`)
    expect(header('X-Own')).toBe('kept')
    expect(raw).not.toContain('X-Secret')
    expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  it('of HTTP/1.0 need no Host: the application is told the balancer itself', async () => {
    await rig.open()
    await rig.serve(
      await rig.application('i-1', (incoming, response) => response.end(`for ${incoming.headers.host}`)),
    )
    const socket = connect(port, rig.address)
    socket.write('GET / HTTP/1.0\r\n\r\n')
    expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 200 [^]*for ${rig.address}$`))
  })

  it('may have headers of any name', async () => {
    await rig.open()
    await rig.serve(
      await rig.application('i-1', (incoming, response) => response.end(incoming.rawHeaders.join('|'))),
    )
    const headers = Object.fromEntries([
      ['constructor', 'one'],
      ['__proto__', 'two'],
    ])
    expect((await rig.send('/', { headers })).body).toMatch(/constructor\|one\|__proto__\|two\|/)
  })

  it('carry bodies both ways', async () => {
    await rig.open()
    await rig.serve(await rig.application('i-1', (incoming, response) => incoming.pipe(response)))
    const body = 'x'.repeat(3_000_000)
    const reply = await rig.send('/', { method: 'POST', body })
    expect(reply.status).toBe(200)
    expect(reply.body === body).toBe(true)
  })

  it('go elsewhere when a target refuses the connection, bodies too', async () => {
    await rig.open({ healthCheck: { ...spec().healthCheck, unhealthyThreshold: 1000 } })
    const [dead, alive] = [
      await rig.application('i-1'),
      await rig.application('i-2', (incoming, response) => incoming.pipe(response)),
    ]
    await rig.serve(dead, alive)
    await dead.close()
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => rig.send('/', { method: 'POST', body: 'kept' })),
    )
    expect(replies.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(10).fill('200 kept'))
  })

  it('survive an application that closes a kept connection as they arrive', async () => {
    await rig.open()
    const app = await rig.application('i-1')
    await rig.serve(app)
    await rig.send()
    // The request and the end of the connection meet on the way: the application resets what it no longer listens to.
    app.server.on('connection', (socket) => {
      let heard = 0
      socket.prependListener('data', () => {
        if (++heard > 1) socket.resetAndDestroy()
      })
    })
    for (const socket of app.sockets) socket.prependListener('data', () => socket.resetAndDestroy())
    for (let index = 0; index < 10; index++)
      expect(await rig.send()).toMatchObject({ status: 200, body: 'i-1' })
  })

  it('are answered 502 when the application breaks off, and 504 when it does not answer', async () => {
    await rig.open({ idleTimeout: 10 })
    const app = await rig.application('i-1', (incoming) => {
      if (incoming.url === '/break') incoming.socket.destroy()
    })
    await rig.serve(app)
    expect((await rig.send('/break')).status).toBe(502)
    expect((await rig.send('/hang')).status).toBe(504)
    expect(rig.balancers.counts('web')).toEqual({ requests: 2, byClass: { '5xx': 2 }, balancerErrors: 2 })
  })

  it('are answered 502 when what the application says cannot be said on', async () => {
    await rig.open()
    await rig.serve(await rig.raw('i-1', 'HTTP/1.1 200 \x01\r\nContent-Length: 0\r\n\r\n'))
    expect((await rig.send()).status).toBe(502)
    expect(rig.balancers.counts('web')).toEqual({ requests: 1, byClass: { '5xx': 1 }, balancerErrors: 1 })
  })

  it('are answered 502 when the application changes protocols unasked', async () => {
    await rig.open()
    await rig.serve(
      await rig.raw('i-1', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    )
    expect((await rig.send()).status).toBe(502)
    expect(rig.balancers.counts('web')).toEqual({ requests: 1, byClass: { '5xx': 1 }, balancerErrors: 1 })
  })

  it('are told apart when their target has died in service', async () => {
    await rig.open()
    const app = await rig.application('i-1', (incoming) => {
      if (incoming.url === '/break') incoming.socket.destroy()
    })
    await rig.serve(app)
    expect((await rig.send('/break')).headers[diedHeader]).toBeUndefined()
    rig.down.add('i-1')
    expect(await rig.send('/break')).toMatchObject({ status: 502, headers: { [diedHeader]: 'i-1' } })
    await app.close()
    await eventually(() => expect(rig.health('i-1')?.state).toBe('unhealthy'))
    expect((await rig.send()).headers[diedHeader]).toBeUndefined()
  })

  it('show a cut answer as cut', async () => {
    await rig.open()
    const app = await rig.application('i-1', (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    })
    await rig.serve(app)
    await expect(rig.send()).rejects.toThrow(/aborted|hang up/)
  })

  it('to change protocols are plain ones, as classic balancers have it', async () => {
    await rig.open()
    const app = await rig.application('i-1', ({ headers }, response) => {
      response.statusCode = headers.upgrade === undefined ? 400 : 200
      response.end('no WebSocket')
    })
    app.server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' }
    expect((await rig.send('/', { headers })).status).toBe(503)
    await rig.serve(app)
    expect(await rig.send('/', { headers })).toMatchObject({ status: 400, body: 'no WebSocket' })
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
    await rig.balancers.deregister('web', ['blue-1', 'blue-2'])
    const drained = bodies.length
    await eventually(() => expect(rig.balancers.health('web')).toHaveLength(1))
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
    await rig.balancers.deregister('web', ['i-1'])
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
    await rig.balancers.deregister('web', ['i-1'])
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
    await rig.balancers.deregister('web', ['i-1'])
    await rig.balancers.register('web', [app.target])
    expect(rig.health('i-1')?.state).toBe('registering')
    expect((await reply).body).toBe('late')
    await rig.serve(app)
    expect((await rig.send()).body).toBe('late')
  })
})

describe('listeners', () => {
  it('of TCP join connections, and half-closed ones too', async () => {
    await rig.open({
      listeners: [listener({ protocol: 'TCP', instanceProtocol: 'TCP', instancePort: 9_000 })],
    })
    const app = await rig.application('i-1')
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(
      9_000,
      app.address,
    )
    await once(echo, 'listening')
    await rig.serve(app)
    const socket = connect({ port, host: rig.address })
    socket.end('there and back')
    expect(await text(socket)).toBe('there and back')
    echo.close()
  })

  it('are changed without losing the connections of others', async () => {
    await rig.open()
    await rig.serve(await rig.application('i-1'))
    await rig.send()
    const socket = connect({ port, host: rig.address })
    await once(socket, 'connect')
    await rig.balancers.configure(
      spec({ idleTimeout: 30, listeners: [listener(), listener({ port: 8_081 })] }),
    )
    expect(await (await fetch(`http://${rig.address}:8081`)).text()).toBe('i-1')
    await rig.balancers.configure(spec())
    await expect(fetch(`http://${rig.address}:8081`)).rejects.toThrow()
    await delay(20)
    expect(socket.destroyed).toBe(false)
    socket.destroy()
  })

  it('come back at their address, or say what is in the way', async () => {
    await rig.open()
    await rig.balancers.close('web')
    expect(await rig.balancers.open(spec(), rig.address)).toMatchObject({ address: rig.address, ports: {} })
    const another = spec({ name: 'other' })
    await expect(rig.balancers.open(another, rig.address)).rejects.toThrow(
      /other cannot be brought back.*taken its address/,
    )
    expect((await rig.balancers.open(another)).address).not.toBe(rig.address)
  })

  it('of HTTPS are refused without a certificate', async () => {
    await expect(rig.open({ listeners: [listener({ protocol: 'HTTPS' })] })).rejects.toThrow(
      'no certificate for its HTTPS listener',
    )
  })
})
