import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listener, port, Rig, spec } from './testing/rig.ts'

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.close())

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
