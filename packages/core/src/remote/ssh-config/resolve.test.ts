import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { askBySsh, comparable } from '../testing/ssh-g.ts'
import { type Case, cases, refusals } from './corpus.ts'
import { SshConfig } from './resolve.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-ssh-config-'))
afterAll(() => rmSync(place, { recursive: true }))

/** Writes a case's files; `DIR` in them is the directory that they are in. */
function written({ config, files = {} }: Case, directory: string): string {
  for (const [name, text] of Object.entries({ ...files, config })) {
    const file = join(directory, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text.replaceAll('DIR', directory))
  }
  return join(directory, 'config')
}

describe('the same as ssh', () => {
  test.each(cases.map((each, index) => ({ ...each, index })))('$name', async ({ index, ...each }) => {
    for (const [name, value] of Object.entries(each.env ?? {})) vi.stubEnv(name, value)
    try {
      const file = written(each, join(place, String(index)))
      const theirs = await askBySsh(each.query, file)
      if (typeof theirs === 'string') throw new Error(`ssh refuses it: ${theirs}`)
      const ours = await new SshConfig({ config: file }).resolve(each.query)
      expect(comparable(ours, theirs)).toEqual(theirs)
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('refused as ssh refuses it', () => {
  test.each(refusals.map((each, index) => ({ ...each, index })))('$name', async ({ index, ...each }) => {
    const file = written(each, join(place, `refused-${index}`))
    const theirs = await askBySsh(each.query, file)
    if (typeof theirs !== 'string') throw new Error('ssh takes it')
    const [, line] = /line (\d+):? /.exec(theirs) ?? []
    await expect(new SshConfig({ config: file }).resolve(each.query)).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      hint: expect.stringMatching(/./),
      place: { file: expect.stringContaining(place), ...(line !== undefined && { line: Number(line) }) },
    })
  })

  test('a file that is missing', async () => {
    const config = join(place, 'missing')
    expect(await askBySsh({ host: 'x' }, config)).toContain('No such file')
    await expect(new SshConfig({ config }).resolve({ host: 'x' })).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      place: { file: config },
    })
  })
})

describe('Match exec', () => {
  test('runs a command once, however many hosts ask for it', async () => {
    const config = join(place, 'once')
    const log = join(place, 'log')
    writeFileSync(
      config,
      `Match exec "echo all >>${log}"\nPort 1\nMatch exec "echo %h >>${log}; test %h = b"\nUser u`,
    )
    const all = new SshConfig({ config })
    const hosts = Array.from({ length: 60 }, (_, index) => ['a', 'b', 'c'][index % 3] ?? '')
    const settings = await Promise.all(hosts.map((host) => all.resolve({ host })))
    expect(settings.map(({ port, user }) => port === 1 && user === 'u')).toEqual(
      hosts.map((host) => host === 'b'),
    )
    expect(readFileSync(log, 'utf8').trim().split('\n').sort()).toEqual(['a', 'all', 'b', 'c'])
  })
})

// As tried with ssh itself, which prints only what the file says.
test.each([
  ['ForwardAgent yes', true],
  ['ForwardAgent yes\nIdentityAgent /own', '/own'],
  ['ForwardAgent yes\nIdentityAgent none', false],
  ['ForwardAgent /other\nIdentityAgent /own', '/other'],
  ['ForwardAgent /other\nIdentityAgent none', false],
  ['ForwardAgent $VIRIDIAN_AGENT', '/by/variable'],
  ['ForwardAgent $VIRIDIAN_UNSET', false],
  ['IdentityAgent /own', false],
])('the agent that is forwarded: %j', async (text, forwardAgent) => {
  vi.stubEnv('VIRIDIAN_AGENT', '/by/variable')
  const config = join(place, 'forwarded')
  writeFileSync(config, text)
  expect(await new SshConfig({ config }).resolve({ host: 'web' })).toMatchObject({ forwardAgent })
  vi.unstubAllEnvs()
})

test.each([
  ['IdentityAgent $VIRIDIAN_AGENT', '/by/variable'],
  ['IdentityAgent $VIRIDIAN_UNSET', 'none'],
])('the agent of a variable: %s', async (text, identityAgent) => {
  vi.stubEnv('VIRIDIAN_AGENT', '/by/variable')
  const config = join(place, 'agent')
  writeFileSync(config, text)
  expect(await new SshConfig({ config }).resolve({ host: 'web' })).toMatchObject({ identityAgent })
  vi.unstubAllEnvs()
})

test('what newer versions and others of ssh know is no error', async () => {
  const config = join(place, 'newer')
  writeFileSync(
    config,
    'UseKeychain yes\nObscureKeystrokeTiming no\nTag blue\nMatch tagged b*,x\nPort 1\nMatch tagged !blue\nUser u',
  )
  expect(await new SshConfig({ config }).resolve({ host: 'web' })).toMatchObject({
    port: 1,
    user: userInfo().username,
  })
})

test('what is refused is told with its file and line, and what to do', async () => {
  const config = join(place, 'told')
  writeFileSync(config, 'User u\nProt 22\n')
  await expect(new SshConfig({ config }).resolve({ host: 'web' })).rejects.toMatchObject({
    message: `${config}:2: there is no keyword Prot`,
    hint: expect.stringContaining('port'),
    place: { file: config, line: 2 },
  })
})
