import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually } from '../machines/testing/lab.ts'
import { listener, Rig } from './testing/rig.ts'

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.close())

const cookieOf = (headers: { 'set-cookie'?: string[] | undefined }): string =>
  headers['set-cookie']?.find((cookie) => cookie.startsWith('AWSELB=')) ?? ''

const sent = (cookie: string): { headers: { cookie: string } } => ({
  headers: { cookie: `other=1; ${cookie.split(';')[0]}` },
})

it('binds a client by its own cookie, until the target is gone', async () => {
  await rig.open({ listeners: [listener({ stickiness: { seconds: 200 } })] })
  const [one, two] = [await rig.application('i-1'), await rig.application('i-2')]
  await rig.serve(one, two)
  const first = await rig.send()
  const cookie = cookieOf(first.headers)
  // The clock of the rig is twenty times as fast.
  expect(cookie).toMatch(/^AWSELB=[0-9A-F]+;PATH=\/;MAX-AGE=10$/)
  for (let count = 0; count < 6; count++) {
    const next = await rig.send('/', sent(cookie))
    expect([next.body, cookieOf(next.headers)]).toEqual([first.body, ''])
  }
  const bound = first.body === 'i-1' ? one : two
  bound.healthy = false
  await eventually(() => expect(rig.health(first.body)?.state).toBe('unhealthy'))
  const moved = await rig.send('/', sent(cookie))
  expect(moved.body).not.toBe(first.body)
  expect(cookieOf(moved.headers)).not.toBe(cookie)
})

it('binds a client for as long as a cookie of the application lives', async () => {
  await rig.open({ listeners: [listener({ stickiness: { cookie: 'session' } })] })
  const login = (id: string) =>
    rig.application(id, (incoming, response) => {
      if (incoming.url === '/login')
        response.setHeader('Set-Cookie', ['a=1', 'session=x; Path=/app; HttpOnly'])
      response.end(id)
    })
  await rig.serve(await login('i-1'), await login('i-2'))
  expect(cookieOf((await rig.send()).headers)).toBe('')
  const first = await rig.send('/login')
  const cookie = cookieOf(first.headers)
  expect(cookie).toMatch(/^AWSELB=[0-9A-F]+; Path=\/app; HttpOnly$/)
  const answers = async (headers: string): Promise<Set<string>> => {
    const bodies = new Set<string>()
    for (let count = 0; count < 6; count++) bodies.add((await rig.send('/', sent(headers))).body)
    return bodies
  }
  const value = cookie.split(';')[0]
  expect(await answers(`${value}`)).toEqual(new Set(['i-1', 'i-2']))
  const both = { headers: { cookie: `session=x; ${value}` } }
  for (let count = 0; count < 4; count++) expect((await rig.send('/', both)).body).toBe(first.body)
})
