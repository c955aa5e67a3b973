import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { askBySsh, comparable, type Surroundings } from '../testing/ssh-g.ts'
import { type LocalSide, localSide } from './local-side.ts'
import { SshConfig } from './resolve.ts'
import type { SshSettings } from './settings.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-ssh-config-'))
afterAll(() => rmSync(place, { recursive: true }))

const { homedir } = userInfo()
const canMount = spawnSync('unshare', ['-m', 'true']).status === 0

/** A home and a directory of the system's, which ssh sees in place of the real ones. */
class Machine {
  readonly home: string
  readonly system: string
  readonly #elsewhere: string
  /** What HOME says. */
  #shellHome: string

  constructor() {
    const directory = mkdtempSync(join(place, 'machine-'))
    this.home = join(directory, 'home')
    this.system = join(directory, 'etc')
    this.#elsewhere = join(directory, 'elsewhere')
    this.#shellHome = this.home
    for (const directory of [join(this.home, '.ssh'), this.system]) mkdirSync(directory, { recursive: true })
  }

  write(path: string, text: string, mode = 0o644): this {
    const file = join(this.home, '..', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, mode)
    return this
  }

  /** HOME leads elsewhere. */
  leave(): this {
    this.#shellHome = this.#elsewhere
    return this
  }

  get local(): LocalSide {
    return { ...localSide(), home: this.home, includeHome: this.#shellHome, system: this.system }
  }

  readonly ssh: Surroundings = (command) => {
    const script = 'mount --bind "$0" "$1" && mount --bind "$2" /etc/ssh && shift 2 && exec "$@"'
    const shellHome = this.#shellHome === this.home ? homedir : this.#shellHome
    const words = ['env', `HOME=${shellHome}`, ...command]
    return ['unshare', '-m', 'sh', '-c', script, this.home, homedir, this.system, ...words]
  }

  ours(host: string): Promise<SshSettings> {
    return new SshConfig({ local: this.local }).resolve({ host })
  }

  /** Settings with the paths that ssh sees. */
  seen(settings: SshSettings): unknown {
    const text = JSON.stringify(settings).replaceAll(this.home, homedir)
    return JSON.parse(text.replaceAll(this.system, '/etc/ssh'))
  }
}

const user = 'home/.ssh/config'
const system = 'etc/ssh_config'

type Prepare = (machine: Machine) => unknown

function own(machine: Machine, path: string, uid: number, gid: number): void {
  chownSync(join(machine.home, '..', path), uid, gid)
}

const taken: readonly (readonly [name: string, prepare: Prepare])[] = [
  ['no file at all', () => undefined],
  [
    "the user's before the system's",
    (it) =>
      it
        .write(user, 'Port 1\nIdentityFile ~/a')
        .write(system, 'Port 2\nUser sys\nIdentityFile /b\nSendEnv LANG'),
  ],
  ["the system's alone", (it) => it.write(system, 'Port 2\nHost db\nPort 3')],
  [
    'Includes relative to each',
    (it) =>
      it
        .write(user, 'Include conf.d/* more')
        .write('home/.ssh/conf.d/a', 'Port 1')
        .write('home/.ssh/more', 'User u')
        .write(system, 'Include ssh_config.d/*.conf')
        .write('etc/ssh_config.d/b.conf', 'Port 2\nBindAddress 1.1.1.1')
        .write('etc/ssh_config.d/c', 'HostKeyAlias c'),
  ],
  ["an Include from the user's home", (it) => it.write(user, 'Include ~/x').write('home/x', 'Port 4')],
  [
    'a HOME that leads elsewhere, which only Includes go by',
    (it) =>
      it
        .leave()
        .write(user, 'Include ~/x more\nIdentityFile ~/a\nUserKnownHostsFile ~/b')
        .write('elsewhere/.ssh/config', 'Port 9')
        .write('elsewhere/x', 'Port 1')
        .write('elsewhere/.ssh/more', 'User u')
        .write('home/x', 'BindAddress 1.1.1.1'),
  ],
  [
    "a final pass that the system's file wants",
    (it) => it.write(user, 'HostName h\nHost h\nPort 5').write(system, 'Match final\nUser f'),
  ],
  ["the user's file, which their own group can write", (it) => it.write(user, 'Port 1', 0o664)],
  ["rights of the system's own file", (it) => it.write(system, 'Port 2', 0o666)],
  ["a directory in place of the user's file", (it) => mkdirSync(join(it.home, '.ssh/config'))],
]

const refused: readonly (readonly [name: string, prepare: Prepare])[] = [
  ["the user's file, which a group can write", (it) => own(it.write(user, 'Port 1', 0o664), user, 0, 12_345)],
  ["the user's file, which all can write", (it) => it.write(user, 'Port 1', 0o646)],
  ["somebody else's file", (it) => own(it.write(user, 'Port 1'), user, 12_345, 0)],
  [
    'an included file that a group can write',
    (it) => own(it.write(user, 'Include x').write('home/.ssh/x', 'Port 1', 0o664), 'home/.ssh/x', 0, 12_345),
  ],
  [
    "an included file of the system's that all can write",
    (it) => it.write(system, 'Include x').write('etc/x', 'Port 1', 0o666),
  ],
  ["an Include from a home in the system's file", (it) => it.write(system, 'Port 1\nInclude ~/x')],
  ["an unknown keyword in the system's file", (it) => it.write(system, '\nFoo bar')],
]

describe.skipIf(!canMount)('the usual files', () => {
  test.each(taken)('%s', async (_, prepare) => {
    const machine = new Machine()
    prepare(machine)
    const theirs = await askBySsh({ host: 'web' }, undefined, machine.ssh)
    if (typeof theirs === 'string') throw new Error(`ssh refuses it: ${theirs}`)
    const ours = await machine.ours('web')
    expect(machine.seen(comparable(ours, theirs))).toEqual(machine.seen(theirs))
  })

  test.each(refused)('refused: %s', async (_, prepare) => {
    const machine = new Machine()
    prepare(machine)
    expect(await askBySsh({ host: 'web' }, undefined, machine.ssh)).toMatch(/line|permissions/)
    await expect(machine.ours('web')).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      hint: expect.stringMatching(/./),
      place: { file: expect.stringContaining(place) },
    })
  })
})

test('files are read once, however many hosts are asked about', async () => {
  const machine = new Machine().write(user, 'Include x').write('home/.ssh/x', 'Port 1')
  const config = new SshConfig({
    config: join(machine.home, '.ssh/config'),
    local: machine.local,
  })
  expect(await config.resolve({ host: 'web' })).toMatchObject({ port: 1 })
  machine.write('home/.ssh/x', 'Port 2').write(user, 'Port 3')
  expect(await config.resolve({ host: 'db' })).toMatchObject({ port: 1 })
})

test('no file is read where none is wanted', async () => {
  const { local } = new Machine().write(user, 'Port 3')
  for (const config of [false, 'none'] as const)
    expect(await new SshConfig({ config, local }).resolve({ host: 'web' })).toMatchObject({ port: 22 })
})
