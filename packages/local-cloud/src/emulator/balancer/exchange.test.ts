import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../machines/testing/lab.ts'
import { diedHeader } from './died-header.ts'
import { port, Rig, spec } from './testing/rig.ts'

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.close())

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

  it.each(['GET', 'DELETE', 'OPTIONS', 'POST'])('carry a body of unknown length with %s', async (method) => {
    await rig.open()
    await rig.serve(
      await rig.application('i-1', async (incoming, response) => {
        response.end(`${incoming.method} ${await text(incoming)}`)
      }),
    )
    const headers = { 'Transfer-Encoding': 'chunked' }
    for (let index = 0; index < 2; index++) {
      const reply = await rig.send('/', { method, headers, body: 'in pieces' })
      expect(reply).toMatchObject({ status: 200, body: `${method} in pieces` })
    }
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
