import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { TimesTaken } from '../journal/times-taken.ts'
import { colorsFor } from '../output/colors.ts'
import { contained } from '../output/contained.ts'
import { heldWhileAsked } from '../output/held.ts'
import { jsonOutput } from '../output/json.ts'
import type { Output } from '../output/output.ts'
import { plainOutput } from '../output/plain.ts'
import { terminalOutput } from '../output/terminal.ts'
import type { Ask } from '../remote/terminal/prompt.ts'
import type { Lend } from '../remote/terminal/shell.ts'
import type { Consent } from '../run/permission.ts'
import type { Globals } from './globals.ts'
import { ownOutput } from './own-output.ts'

/**
 * The formatter for what a run says: JSON lines when asked for, drawn on a terminal, plain lines elsewhere.
 *
 * @param earlier - looks up what an earlier run of the same took: a terminal shows what is expected of this one
 */
export function outputFor(globals: Globals, earlier?: () => Promise<TimesTaken | undefined>): Output {
  const { stdout } = process
  if (globals.json) return jsonOutput(ownOutput)
  const colors = colorsFor(stdout, globals.color)
  return stdout.isTTY && process.env.TERM !== 'dumb'
    ? heldWhileAsked(terminalOutput(stdout, globals, colors, earlier))
    : plainOutput(stdout, globals, colors)
}

/** Asks a person; one at the keyboard who does not answer says no. */
export function confirmOn(ask: Ask, yes: boolean): (question: string) => Promise<Consent> {
  return async (question) => {
    if (yes) return 'yes'
    if (!process.stdin.isTTY) return 'nobody'
    const answer = await ask({ text: `${question} [y/N]`, secret: false })
    return /^y(es)?$/i.test(answer?.trim() ?? '') ? 'yes' : 'no'
  }
}

/** The person at the keyboard, who does one thing at a time. */
export interface Person {
  /** Asks on stderr; undefined without anybody at the keyboard. */
  readonly ask: Ask
  /** Lends the terminal, where both of its sides are one and nothing else is written there. */
  readonly lend: Lend | undefined
}

export function personAt(output: Output, { json }: Globals): Person {
  const { stdin, stdout } = process
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(use: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(use, use)
    last = turn
    return turn
  }
  const ask: Ask = ({ text, secret }) =>
    inTurn(async () => {
      if (!stdin.isTTY) return undefined
      return output.ask(() => typed(text, secret))
    })
  const lend: Lend = (use) => inTurn(() => output.ask(() => use({ input: stdin, output: stdout })))
  return { ask, lend: stdin.isTTY && stdout.isTTY && !json ? lend : undefined }
}

/** Asks before anything is drawn. */
export const askFirst: Ask = async ({ text, secret }) =>
  process.stdin.isTTY ? typed(text, secret) : undefined

async function typed(text: string, secret: boolean): Promise<string | undefined> {
  const prompt = `${contained(text)}${secret ? ':' : ''} `
  // What is typed is echoed to this stream: for a secret nowhere.
  const echo = secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr
  if (secret) process.stderr.write(prompt)
  const reader = createInterface({ input: process.stdin, output: echo, terminal: true })
  const interrupted = new Promise<undefined>((resolve) => {
    reader.on('close', () => resolve(undefined))
    reader.on('SIGINT', () => {
      reader.close()
      process.kill(process.pid, 'SIGINT')
    })
  })
  try {
    return await Promise.race([reader.question(secret ? '' : prompt), interrupted])
  } finally {
    reader.close()
    if (secret) process.stderr.write('\n')
  }
}
