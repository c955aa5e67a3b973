import { writeSync } from 'node:fs'

/** The word by which a process is told that it is to work out an answer for a shell: no command, and in no help. */
export const answering = 'complete-apart'

/** Where the answer goes: what a task file prints, or the programs that it starts, is none. */
export const answer = (line: string): void => {
  writeSync(3, `${line}\n`)
}
