import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Header } from 'tar'
import { expect, test } from 'vitest'
import { mark } from '../command/announcement.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { SshServer } from '../testing/ssh-server.ts'
import { headerOf } from './archive.ts'
import type { TreeEntry } from './tree.ts'

let at: FileHost
let here: string
onFileHost((run) => {
  ;({ at, here } = run)
})

const entry = (more: Partial<TreeEntry>): Buffer =>
  headerOf({ path: 'x', kind: 'file', mode: 0o644, size: 0, mtime: new Date(0), target: '', ...more })

const secondName = (path: string, linkpath: string): Buffer => {
  const header = new Header({ type: 'Link', path, linkpath, mode: 0o777, size: 0, mtime: new Date(0) })
  header.encode()
  return header.block ?? Buffer.alloc(0)
}

test.each<[string, Buffer[]]>([
  ['a path upwards', [entry({ path: '../escaped' })]],
  ['a path through a link', [entry({ path: 'a', kind: 'link', target: '..' }), entry({ path: 'a/escaped' })]],
  [
    'a link through a link',
    [
      entry({ path: 'a', kind: 'link', target: '..' }),
      entry({ path: 'a/escaped', kind: 'link', target: 'x' }),
    ],
  ],
  ['a link upwards', [entry({ path: '../escaped', kind: 'link', target: 'x' })]],
  ['a second name of what is not in it', [entry({ path: 'a' }), secondName('a', '../../victim')]],
])('a directory from a host that is not to be trusted does not escape: %s', async (_, headers) => {
  const server = await SshServer.start({
    exec: (_command, channel) => {
      channel.write(Buffer.concat([Buffer.from(`${mark}drwxr-xr-x\n`), ...headers, Buffer.alloc(1024)]))
      channel.exit(0)
      channel.end()
    },
  })
  writeFileSync(join(here, 'victim'), '', { mode: 0o600 })
  try {
    const bad = at.remote.host({ ...server.spec, identityFile: at.sshd.identityFile })
    await expect(bad.get('/tree', 'inside/copy')).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      hint: expect.stringContaining('whether the host is to be trusted'),
    })
    expect(existsSync(join(here, 'inside/escaped')) || existsSync(join(here, 'escaped'))).toBe(false)
    expect(readdirSync(join(here, 'inside'))).toEqual([])
    expect(statSync(join(here, 'victim')).mode & 0o777).toBe(0o600)
  } finally {
    await server.stop()
  }
})
