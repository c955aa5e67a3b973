import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { Host } from '../host.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { treeListing } from '../testing/tree-listing.ts'

let at: FileHost
let host: Host
let here: string
let there: string
onFileHost((run) => {
  ;({ at, host, here, there } = run)
})

/** Root may do everything, and would show nothing. */
async function unprivileged(body: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return body()
  const nobody = 65534
  chownSync(here, nobody, nobody)
  // Connected, since the key is root's.
  await host.exists('.')
  process.seteuid?.(nobody)
  try {
    await body()
  } finally {
    process.seteuid?.(0)
  }
}

describe('a directory', () => {
  const plant = (): void => {
    mkdirSync(join(there, 'tree/.hidden/empty'), { recursive: true })
    writeFileSync(join(there, 'tree/.hidden/run me'), '#!/bin/sh\n')
    chmodSync(join(there, 'tree/.hidden/run me'), 0o755)
    writeFileSync(join(there, 'tree/line\nend'), randomBytes(700_000), { mode: 0o600 })
    writeFileSync(join(there, 'tree', 'x'.repeat(200)), 'long')
    mkdirSync(join(there, 'tree/private'))
    chmodSync(join(there, 'tree/private'), 0o700)
    symlinkSync('.hidden/run me', join(there, 'tree/link'))
    symlinkSync('/no/such', join(there, 'tree/dangling'))
    symlinkSync('../../outside', join(there, 'tree/outside'))
    chmodSync(join(there, 'tree'), 0o711)
  }

  test('is got as it is, in the place of the old one', async () => {
    plant()
    await host.get(join(there, 'tree'), 'copy')
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    rmSync(join(there, 'tree/line\nend'))
    await host.get(join(there, 'tree'), 'copy')
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    expect(readdirSync(here)).toEqual(['copy'])
  })

  test('has its modes whatever the umask is, and gives nobody the rights of another', async () => {
    plant()
    for (const [path, mode] of Object.entries({
      shared: 0o775,
      'shared/all': 0o777,
      'shared/locked': 0o555,
    })) {
      mkdirSync(join(there, 'tree', path))
      chmodSync(join(there, 'tree', path), mode)
    }
    writeFileSync(join(there, 'tree/shared/locked/file'), 'x')
    writeFileSync(join(there, 'tree/shared/root-shell'), '')
    chmodSync(join(there, 'tree/shared/root-shell'), 0o6755)
    chmodSync(join(there, 'tree/shared/all'), 0o3777)
    await host.get(join(there, 'tree'), 'copy')
    const modes = Object.entries(treeListing(join(there, 'tree'))).map(
      ([path, what]) => [path, what.replace(/^[0-7](?=[0-7]{3} )/, '')] as const,
    )
    expect(treeListing(join(here, 'copy'))).toEqual(Object.fromEntries(modes))
  })

  test('takes the place of one that its owner may not write to', async () => {
    mkdirSync(join(there, 'tree/locked'), { recursive: true })
    writeFileSync(join(there, 'tree/locked/file'), 'x')
    chmodSync(join(there, 'tree/locked'), 0o555)
    await unprivileged(async () => {
      await host.get(join(there, 'tree'), 'copy')
      await host.get(join(there, 'tree'), 'copy')
    })
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    expect(readdirSync(here)).toEqual(['copy'])
  })

  test('with a name that is not UTF-8 is refused, and named', async () => {
    mkdirSync(join(there, 'odd'))
    writeFileSync(Buffer.concat([Buffer.from(join(there, 'odd/a')), Buffer.from([0xe9])]), '1')
    await expect(host.get(join(there, 'odd'), 'odd')).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: expect.stringContaining('not UTF-8'),
      hint: 'rename it there',
    })
    expect(existsSync(join(here, 'odd'))).toBe(false)
  })

  test('that is written to meanwhile is got, with a warning', async () => {
    plant()
    execFileSync('mkfifo', [join(there, 'tree/pipe')])
    linkSync(join(there, 'tree/link'), join(there, 'tree/link too'))
    linkSync(join(there, 'tree/.hidden/run me'), join(there, 'tree/one more'))
    const bin = mkdtempSync(join(here, 'bin-'))
    const tar = `#!/bin/sh\nPATH=/usr/bin:/bin tar "$@"; echo "$SAYS" >&2; exit 1\n`
    writeFileSync(join(bin, 'tar'), tar, { mode: 0o755 })
    const living = host.using('bash -euo pipefail').env({ PATH: `${bin}:/usr/bin:/bin` })
    await living.env({ SAYS: 'tar: ./log: file changed as we read it' }).get(join(there, 'tree'), 'copy')
    expect(at.warnings).toEqual([
      `web-1: got ${join(there, 'tree')}, but not as it is: ./log: file changed as we read it; pipe: a pipe or device, left out`,
    ])
    rmSync(join(there, 'tree/pipe'))
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    expect(statSync(join(here, 'copy/one more')).ino).toBe(statSync(join(here, 'copy/.hidden/run me')).ino)
    const cut = living.env({ SAYS: 'tar: ./log: File shrank by 9 bytes; padding with zeros' })
    await expect(cut.get(join(there, 'tree'), 'copy')).rejects.toMatchObject({ code: 'E_REMOTE_FILE' })
  })

  test('does not take the place of a file, of where tasks runs, of the task file, or of home', async () => {
    plant()
    writeFileSync(join(here, 'file'), 'x')
    const home = mkdtempSync(join(here, 'home-'))
    vi.stubEnv('HOME', home)
    try {
      for (const path of ['file', process.cwd(), dirname(process.cwd()), '.', home])
        await expect(host.get(join(there, 'tree'), path)).rejects.toMatchObject({
          code: 'E_LOCAL_FILE',
          message: expect.stringContaining('it is not replaced'),
        })
    } finally {
      vi.unstubAllEnvs()
    }
    expect(readdirSync(here).sort()).toEqual(['file', basename(home)])
  })
})
