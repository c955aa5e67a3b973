import { spawn } from 'node:child_process'
import type { ServerChannel } from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import { createRemote, type Remote } from '../remote.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { SshServer, type SshServerOptions } from '../testing/ssh-server.ts'
import { transportNames } from '../testing/transports.ts'

const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function remoteBy(transport?: (typeof transportNames)[number]): Remote {
  const remote = createRemote({
    defaults: () => ({ config: false, connectTimeout: '10s', ...(transport && { transport }) }),
    signal: new AbortController().signal,
    mask: (text) => text,
  })
  endings.push(() => remote.close())
  return remote
}

/** A server that runs command lines as sshd does, and says of the login's shell what it is told to. */
async function serverWith(shell: string, said = shell, leads = true): Promise<SshServer> {
  const exec: SshServerOptions['exec'] = (command, channel: ServerChannel) => {
    const child = spawn(shell, ['-c', command], { detached: leads, env: { ...process.env, SHELL: said } })
    channel.pipe(child.stdin)
    child.stdout.pipe(channel, { end: false })
    child.stderr.pipe(channel.stderr, { end: false })
    child.on('close', (code) => {
      channel.exit(code ?? 255)
      channel.end()
    })
  }
  const server = await SshServer.start({ exec })
  endings.push(() => server.stop())
  return server
}

async function saidBy(server: SshServer, count: number): Promise<string[]> {
  const sshd = await OpenSsh.start()
  endings.push(() => sshd.stop())
  const host = remoteBy().host({ ...server.spec, identityFile: sshd.identityFile })
  const said: string[] = []
  for (let index = 0; index < count; index += 1) said.push((await host.run`echo ${index}`).stdout)
  return said
}

const linesAre = (server: SshServer): string[] =>
  server.commands.map((line) => (line.startsWith('exec sh ') ? 'by a sh' : 'by the login'))

test('the first command on a connection starts a sh that watches, those behind it need none', async () => {
  const server = await serverWith('/bin/bash')
  expect(await saidBy(server, 3)).toEqual(['0', '1', '2'])
  expect(linesAre(server)).toEqual(['by a sh', 'by the login', 'by the login'])
})

test.each([
  ['is of another family', '/bin/sh', '/usr/bin/fish', true],
  ['is not told', '/bin/sh', '', true],
  ['leads no group', '/bin/sh', '/bin/sh', false],
])('each has its own where the login %s', async (_, shell, said, leads) => {
  const server = await serverWith(shell, said, leads)
  expect(await saidBy(server, 2)).toEqual(['0', '1'])
  expect(linesAre(server)).toEqual(['by a sh', 'by a sh'])
})

test('a login that is not what it says is believed once', async () => {
  const server = await serverWith('/bin/tcsh', '/bin/bash')
  expect(await saidBy(server, 3)).toEqual(['0', '1', '2'])
  expect(linesAre(server)).toEqual(['by a sh', 'by the login', 'by a sh', 'by a sh'])
})

test.each(transportNames)(
  'a command fails, reads nothing and is ended the same ways, by %s',
  async (name) => {
    const sshd = await OpenSsh.start()
    endings.push(() => sshd.stop())
    const host = remoteBy(name).host(sshd.spec({ hostKeys: [sshd.hostKey()] }))
    for (let index = 0; index < 2; index += 1) {
      expect(await host.run`cat; echo "$0 $#"`).toMatchObject({ stdout: 'sh 0', stderr: '' })
      expect(await host.run`printf oops >&2; exit 7`.catch((error: unknown) => error)).toMatchObject({
        code: 'E_COMMAND_FAILED',
        message: expect.stringMatching(/exit code 7\n {2}oops$/),
      })
      await expect(host.run({ timeout: 100 })`sleep 60`).rejects.toMatchObject({ code: 'E_COMMAND_TIMEOUT' })
      expect((await host.run`echo $$ $(ps -o pgid= -p $$)`).stdout).toMatch(/^(\d+) \1$/)
    }
  },
)
