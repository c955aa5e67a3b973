import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { holdCommand } from '../testing/held-command.ts'
import {
  announceBy,
  mark,
  sayMark,
  sayMarkAndShell,
  sayMarkBeforeSudo,
  sayMarkBehindSudo,
} from './announcement.ts'
import {
  type CommandContext,
  inDirectory,
  scriptOf,
  shownCommand,
  wireByLogin,
  wireCommand,
  withEnv,
} from './command.ts'
import { lifeline, lifelineOfLogin } from './lifeline.ts'

const bare: CommandContext = { env: {} }
const full: CommandContext = { directory: '/srv/my web', env: { A: '1', B: "it's" }, user: 'deploy' }

describe('a command in its context', () => {
  test('is a script that enters the directory first, or ends', () => {
    expect(scriptOf(bare, 'tar xzf next.tgz')).toBe('tar xzf next.tgz')
    expect(scriptOf(full, 'a; b')).toBe(`cd '/srv/my web' || exit; export A=1 B='it'\\''s'; a; b`)
    expect(scriptOf({ ...bare, directory: '~/app' }, 'ls')).toBe('cd ~/app || exit; ls')
    expect(scriptOf({ ...bare, directory: '-' }, 'ls')).toBe('cd ./- || exit; ls')
    expect(scriptOf({ ...bare, directory: '../app' }, 'ls')).toBe('cd ../app || exit; ls')
  })

  test('is sent announced, under a lifeline, and that under sudo', () => {
    expect(wireCommand(bare, 'ls', 7)).toBe(
      `exec ${lifeline('ls', { inputSize: 7, first: sayMarkAndShell })}`,
    )
    const begin = `exec ${announceBy(sayMarkBeforeSudo)} sudo -n`
    const first = sayMarkBehindSudo
    expect(wireCommand({ ...bare, user: 'root' }, 'ls')).toBe(`${begin} ${lifeline('ls', { first })}`)
    expect(wireCommand(full, 'ls', 7)).toBe(
      `${begin} -u deploy ${lifeline(scriptOf(full, 'ls'), { inputSize: 7, first })}`,
    )
  })

  test('is watched by the login alone where it has no input, and goes by no sudo', () => {
    expect(wireByLogin({ ...bare, directory: '/srv' }, 'ls')).toBe(
      `${sayMark}; ${lifelineOfLogin('cd /srv || exit; ls')}`,
    )
    expect(wireByLogin(bare, 'ls', 7)).toBeUndefined()
    expect(wireByLogin(full, 'ls')).toBeUndefined()
  })

  test('is shown as a person would type it', () => {
    expect(shownCommand(bare, 'ls')).toBe('ls')
    expect(shownCommand({ ...bare, user: 'root' }, 'systemctl restart web')).toBe(
      'sudo systemctl restart web',
    )
    expect(shownCommand(full, 'ls')).toBe(`cd '/srv/my web' && sudo -u deploy A=1 B='it'\\''s' ls`)
  })

  test('directories add up, absolute ones replace', () => {
    const at = (...directories: string[]) => directories.reduce(inDirectory, bare).directory
    expect(at('/srv', 'web', 'now')).toBe('/srv/web/now')
    expect(at('/srv/', '../x/')).toBe('/srv/../x/')
    expect(at('/srv', '/opt')).toBe('/opt')
    expect(at('/srv', '~/x')).toBe('~/x')
    expect(at('web', 'now')).toBe('web/now')
  })

  test('variables add up, and are named as variables are', () => {
    expect(withEnv(full, { B: '2', C: '3' }).env).toEqual({ A: '1', B: '2', C: '3' })
    for (const name of ['', '1A', 'A-B', 'A=B', 'A;rm']) {
      expect(() => withEnv(bare, { [name]: 'x' })).toThrow(expect.objectContaining({ code: 'E_ENV_NAME' }))
    }
  })
})

describe('through a real shell', () => {
  const place = mkdtempSync(join(tmpdir(), 'viridian-command-'))
  afterAll(() => rmSync(place, { recursive: true }))
  mkdirSync(join(place, 'my web'))
  // Says who it was asked to become, then runs the rest as sudo does: without a shell.
  const sudo = [
    '#!/bin/sh',
    '[ "$1" = -n ] || exit 9',
    'shift',
    'SUDO_TO=root',
    '[ "$1" != -u ] || { SUDO_TO=$2; shift 2; }',
    'export SUDO_TO',
    'exec "$@"',
  ].join('\n')
  writeFileSync(join(place, 'sudo'), sudo)
  chmodSync(join(place, 'sudo'), 0o755)
  const shell = (context: CommandContext, command: string) =>
    holdCommand('/bin/sh', wireCommand(context, command), {
      cwd: place,
      env: { PATH: `${place}:${process.env.PATH}` },
    }).ended

  test('cd, env and sudo come together', async () => {
    const directory = join(place, 'my web')
    const context: CommandContext = { directory, env: { GREETING: 'it is\nnice' }, user: 'deploy' }
    const { stdout } = await shell(context, 'pwd; echo "$GREETING" $SUDO_TO')
    expect(stdout).toBe(`${mark}${directory}\nit is\nnice deploy\n`)
    expect((await shell({ ...context, user: 'root' }, 'echo $SUDO_TO')).stdout).toBe(`${mark}root\n`)
  })

  test('a relative directory is the one here, whatever CDPATH says', async () => {
    mkdirSync(join(place, 'elsewhere/my web'), { recursive: true })
    const context: CommandContext = { directory: 'my web', env: {} }
    const env = { PATH: process.env.PATH, CDPATH: join(place, 'elsewhere') }
    const { stdout } = await holdCommand('/bin/sh', wireCommand(context, 'pwd'), { cwd: place, env }).ended
    rmSync(join(place, 'elsewhere'), { recursive: true })
    expect(stdout).toBe(`${mark}${join(place, 'my web')}\n`)
  })

  test('a missing directory fails the command, which does not run', async () => {
    const { code, stderr } = await shell({ ...bare, directory: join(place, 'nowhere') }, 'touch ran; true')
    expect(code).not.toBe(0)
    expect(stderr).toContain('nowhere')
    expect((await shell(bare, 'ls')).stdout).toBe(`${mark}my web\nsudo\n`)
  })
})
