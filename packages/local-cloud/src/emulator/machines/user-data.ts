import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Console } from './console.ts'
import { environmentOf } from './environment.ts'
import type { Computer } from './layout.ts'
import { spawnGroup } from './process-group.ts'

const settling = 500

/** Runs user data as cloud-init does, its output on the console; true when it succeeded. */
export async function runUserData(computer: Computer, userData: string, console: Console): Promise<boolean> {
  const interpreter = /^#!\s*(\S+)[ \t]*(.*)/.exec(userData)
  if (!interpreter?.[1]) {
    const kind = userData.split('\n', 1)[0]?.slice(0, 60) ?? ''
    console.print(`cloud-init: Unhandled user data starting '${kind}': only #! scripts are run here`)
    return false
  }
  const { layout } = computer
  await writeFile(layout.userData, userData, { mode: 0o700 })
  // Through its interpreter, as the kernel does it: a file just written can still be busy for execve.
  const option = interpreter[2]?.trim()
  const args = [...(option ? [option] : []), layout.userData]
  const child = spawnGroup(interpreter[1], args, {
    cwd: layout.home,
    env: environmentOf(computer),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = new PassThrough()
  child.stdout?.pipe(output, { end: false })
  child.stderr?.pipe(output, { end: false })
  const printed = printLines(output, (line) => console.print(`cloud-init: ${line}`))
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : `${signal ?? `exit status ${code}`}`),
    )
  })
  // What the script left running in the background may hold its output open for ever, and goes on writing to it.
  if (child.stdout?.readableEnded === false) await Promise.race([once(child, 'close'), delay(settling)])
  for (const stream of [child.stdout, child.stderr]) stream?.unpipe(output).resume()
  output.end()
  await printed
  if (failure !== undefined) console.print(`cloud-init: Failed to run the user data script: ${failure}`)
  return failure === undefined
}

async function printLines(output: PassThrough, print: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: output })) print(line)
}
