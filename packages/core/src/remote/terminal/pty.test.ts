import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRemote, type Remote } from '../remote.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { countOf } from '../testing/processes.ts'
import { transportNames } from '../testing/transports.ts'
import { until } from '../testing/until.ts'

let sshd: OpenSsh
let stop: AbortController
let remote: Remote
const duration = (): string => `${Math.floor(Math.random() * 1e9)}.75`

beforeAll(async () => {
  sshd = await OpenSsh.start()
})
afterAll(() => sshd.stop())
beforeEach(() => {
  stop = new AbortController()
  remote = createRemote({
    defaults: () => ({ knownHosts: [sshd.knownHosts], config: false }),
    signal: stop.signal,
    mask: (text) => text,
  })
})
afterEach(() => remote.close())

describe.each(transportNames)('a command on a terminal, by %s', (transport) => {
  const host = () => remote.host(sshd.spec({ transport }))

  test('has one, of the size that was asked for, and both outputs are one', async () => {
    const size = { columns: 111, rows: 33 }
    const { stdout, stderr } = await host().run({ pty: size })`
      [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && stty size; echo out; echo error >&2; printf 'é\\n'`
    expect({ stdout, stderr }).toEqual({ stdout: '33 111\nout\nerror\né', stderr: '' })
    const failing = host().cd('/').run({ pty: true })`pwd; exit 3`
    await expect(failing).rejects.toMatchObject({
      code: 'E_COMMAND_FAILED',
      message: expect.stringMatching(/exit code 3\n {2}\/$/),
    })
  })

  test('is given no input', async () => {
    await expect(async () => host().run({ pty: true, stdin: 'x' })`cat`).rejects.toMatchObject({
      code: 'E_COMMAND_INPUT',
    })
  })

  test('dies when it takes too long or is stopped, with all that it started, hang-ups ignored or not', async () => {
    const [plain, deaf] = [duration(), duration()]
    const tooLong = host().run({ pty: true, timeout: '1s' })`trap '' HUP; sleep ${deaf}; sleep ${deaf}`
    const stopped = host().run({ pty: true })`sleep ${plain} & sleep ${plain}`
    const ends = Promise.all([
      expect(tooLong).rejects.toMatchObject({ code: 'E_COMMAND_TIMEOUT' }),
      expect(stopped).rejects.toMatchObject({ code: 'E_COMMAND_ABORTED' }),
    ])
    await until(() => countOf(`sleep ${plain}`) === 2 && countOf(`sleep ${deaf}`) === 1)
    await expect(tooLong).rejects.toThrow()
    stop.abort(new Error('no more'))
    await ends
    await until(() => countOf(`sleep ${plain}`) + countOf(`sleep ${deaf}`) === 0)
  })
})
