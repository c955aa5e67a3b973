import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mark } from '../command/announcement.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { SshServer } from '../testing/ssh-server.ts'

let at: FileHost
let here: string
onFileHost((run) => {
  ;({ at, here } = run)
})

test('a listing without end is not collected', async () => {
  const server = await SshServer.start({
    exec: (_command, channel) => {
      channel.write(mark)
      const line = Buffer.alloc(1024 ** 2, 'x')
      const say = (): void => {
        if (channel.writable) channel.write(line, say)
      }
      say()
    },
  })
  mkdirSync(join(here, 'tree'))
  writeFileSync(join(here, 'tree/file'), '')
  try {
    const bad = at.remote.host({ ...server.spec, identityFile: at.sshd.identityFile })
    await expect(bad.put('tree', '/srv/tree')).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: expect.stringContaining('with more than a list of files can be'),
    })
  } finally {
    await server.stop()
  }
}, 60_000)
