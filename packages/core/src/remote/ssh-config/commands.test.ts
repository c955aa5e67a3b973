import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processesWith } from '../testing/processes.ts'
import { makeTransport, transportNames } from '../testing/transports.ts'
import { until } from '../testing/until.ts'
import { refuseUnfitNames } from './valid-names.ts'

test.each(transportNames)('by %s, a command ends with the run, and all that it has started', async (name) => {
  const place = mkdtempSync(join(tmpdir(), 'viridian-match-'))
  const config = join(place, 'config')
  const wait = `tail -f ${config}`
  writeFileSync(config, `Match exec "${wait} & ${wait}; true"\n`)
  const transport = makeTransport(name, { defaults: () => ({ config }) })
  try {
    const stop = new AbortController()
    const connecting = transport.connect({ name: 'web-1' }, stop.signal)
    const waiting = () => processesWith(config).filter((line) => line.includes('tail'))
    await until(() => waiting().length >= 2)
    stop.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
    await until(() => waiting().length === 0)
  } finally {
    await transport.close()
    rmSync(place, { recursive: true })
  }
})

test.each(transportNames)(
  'by %s, a command is given no name that means something to a shell',
  async (name) => {
    const place = mkdtempSync(join(tmpdir(), 'viridian-match-'))
    const config = join(place, 'config')
    writeFileSync(config, `Match exec "cd ${place}; true %n %r"\n`)
    const transport = makeTransport(name, { defaults: () => ({ config }) })
    const { signal } = new AbortController()
    try {
      for (const sign of [...'\'`"$\\;&<>|(){}, \t\n'].map((each) => `a${each}touch made`).concat('-oa'))
        await expect(transport.connect({ name: 'web-1', address: sign }, signal)).rejects.toMatchObject({
          code: 'E_HOST_INVALID',
        })
      for (const user of ['a;touch made', 'a$(touch made)', 'a`touch made`', '-a', 'a -b', 'a\\'])
        await expect(
          transport.connect({ name: 'web-1', address: 'nowhere.invalid', user }, signal),
        ).rejects.toMatchObject({
          code: 'E_HOST_INVALID',
        })
      expect(readdirSync(place)).toEqual(['config'])
    } finally {
      await transport.close()
      rmSync(place, { recursive: true })
    }
  },
)

test('names are refused that ssh refuses, and no others', () => {
  for (const sign of [...' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~']) {
    const query = { host: `a${sign}b`, user: `a${sign}b` }
    for (const [host, user] of [
      [query.host, 'ann'],
      ['web', query.user],
    ] as const) {
      const { status } = spawnSync('ssh', ['-F', 'none', '-G', '-l', user, '--', host])
      const refuse = () => refuseUnfitNames(host, user)
      if (status === 0) expect(refuse, `${user}@${host}`).not.toThrow()
      else expect(refuse, `${user}@${host}`).toThrow()
    }
  }
})
