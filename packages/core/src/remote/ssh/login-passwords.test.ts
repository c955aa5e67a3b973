import { describe, expect, test } from 'vitest'
import type { Ask } from '../terminal/prompt.ts'
import { onLogins } from '../testing/on-logins.ts'
import { makeTransport } from '../testing/transports.ts'

const at = onLogins()
const { passwordServer, answering, logIn } = at

describe.each(['password', 'keyboard-interactive'] as const)('a password, by %s,', (method) => {
  test('is asked for, unseen', async () => {
    const { spec } = await passwordServer('sesame', method)
    expect(await logIn(spec, answering('sesame'))).toBe('in')
    expect(at.asked).toEqual([
      { text: 'password of deploy@web-1, and of deploy on other hosts', secret: true },
    ])
  })

  test('that is wrong is asked for again, as often as ssh_config says', async () => {
    const { spec } = await passwordServer('sesame', method)
    expect(await logIn(spec, answering('no', 'nor', 'sesame'))).toBe('in')
    expect(at.asked.map(({ text }) => text)).toEqual([
      'password of deploy@web-1, and of deploy on other hosts',
      'that one is wrong; password of deploy@web-1, and of deploy on other hosts',
      'that one is wrong; password of deploy@web-1, and of deploy on other hosts',
    ])
    at.asked = []
    const twice = logIn(spec, answering('no', 'nor', 'sesame'), ['NumberOfPasswordPrompts 2'])
    await expect(twice).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(/^web-1: deploy@127\.0\.0\.1:\d+ refused to log in: tried 2 passwords$/),
    })
    expect(at.asked).toHaveLength(2)
  })

  test('is asked for once for all hosts of a user', async () => {
    const { spec } = await passwordServer('sesame', method)
    const transport = makeTransport('ssh2', {
      defaults: () => ({ config: false, user: 'deploy' }),
      ask: answering('sesame'),
    })
    const { signal } = new AbortController()
    const names = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(names.map((name) => transport.connect({ ...spec, name }, signal)))
    await transport.close()
    expect(at.asked).toHaveLength(1)
  })

  test('of another host does not hold', async () => {
    const [one, other] = [await passwordServer('sesame', method), await passwordServer('barley', method)]
    const transport = makeTransport('ssh2', {
      defaults: () => ({ config: false, user: 'deploy' }),
      ask: answering('sesame', 'barley'),
    })
    const { signal } = new AbortController()
    await transport.connect({ ...one.spec, name: 'one' }, signal)
    await transport.connect({ ...other.spec, name: 'other' }, signal)
    await transport.close()
    expect(at.asked.map(({ text }) => text)).toEqual([
      'password of deploy@one, and of deploy on other hosts',
      'that one is wrong; password of deploy@other, and of deploy on other hosts',
    ])
  })

  test('is a clear error where there is nobody, and in a batch', async () => {
    const { spec } = await passwordServer('sesame', method)
    await expect(logIn(spec)).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringMatching(/refused to log in: .*, and nobody answered$/),
      hint: expect.stringContaining('terminal'),
    })
    await expect(logIn(spec, answering('sesame'), ['BatchMode yes'])).rejects.toMatchObject({
      code: 'E_HOST_AUTH',
      message: expect.stringContaining(`it accepts only ${method}`),
      hint: 'BatchMode in ssh_config lets nobody be asked',
    })
    expect(at.asked).toEqual([])
  })

  test('may take its time, and outlives a connection that does not', async () => {
    const server = await passwordServer('sesame', method)
    const ask: Ask = async (question) => {
      at.asked.push(question)
      await new Promise((resolve) => setTimeout(resolve, 500))
      server.cut()
      return 'sesame'
    }
    expect(await logIn(server.spec, ask, [], { timing: { readyTimeout: 300 } })).toBe('in')
    expect(at.asked).toHaveLength(1)
    expect(server.connections).toBe(2)
  })
})
