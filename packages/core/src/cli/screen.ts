import { createInterface } from 'node:readline/promises'
import { colorsFor } from '../output/colors.ts'
import { jsonOutput } from '../output/json.ts'
import type { Output } from '../output/output.ts'
import { plainOutput } from '../output/plain.ts'
import { terminalOutput } from '../output/terminal.ts'
import type { Globals } from './globals.ts'

/** The formatter for what a run says: JSON lines when asked for, drawn on a terminal, plain lines elsewhere. */
export function outputFor(globals: Globals): Output {
  const { stdout } = process
  if (globals.json) return jsonOutput(stdout)
  const colors = colorsFor(stdout, globals.color)
  return stdout.isTTY ? terminalOutput(stdout, globals, colors) : plainOutput(stdout, globals, colors)
}

/** Asks a person; without one at the keyboard the answer is no. */
export function confirmOn(output: Output, yes: boolean): (question: string) => Promise<boolean> {
  return async (question) => {
    if (yes) return true
    if (!process.stdin.isTTY) return false
    return output.ask(async () => {
      const prompt = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim())
      } finally {
        prompt.close()
      }
    })
  }
}
