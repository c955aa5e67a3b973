import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processesWith } from '../testing/processes.ts'
import { makeTransport, transportNames } from '../testing/transports.ts'
import { until } from '../testing/until.ts'

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
