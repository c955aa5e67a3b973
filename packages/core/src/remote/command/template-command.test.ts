import { describe, expect, it } from 'vitest'
import { templateCommand } from './template-command.ts'

const ran: string[] = []
const run = templateCommand({ env: {} }, async (_, command) => {
  ran.push(command)
  return { command, code: 0, signal: null, stdout: '', stderr: '', truncated: false }
})

describe('a command with options first', () => {
  it('is run by the template behind them', async () => {
    await run({ quiet: true })`echo ${'a b'}`
    expect(ran).toEqual(["echo 'a b'"])
  })

  it('fails where only the options are awaited: nothing would be run, and all would pass', async () => {
    await expect((async () => await run({ quiet: true }))()).rejects.toMatchObject({
      code: 'E_COMMAND_NONE',
    })
  })
})
