import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

// A short name: sockets are made below it, whose paths may have no more than a hundred characters.
const prefix = 'vt-'

/**
 * Gives all tests a place of their own for temporary files. What is left there in the end, and which processes that
 * know the place still live, is told and taken away.
 */
export default function setup(): (() => Promise<void>) | undefined {
  // Of several projects the first has made it.
  if (basename(tmpdir()).startsWith(prefix)) return undefined
  const place = mkdtempSync(join(tmpdir(), prefix))
  // As /tmp is: tests are other users too.
  chmodSync(place, 0o1777)
  process.env.TMPDIR = place
  return async () => {
    const living = await endOfProcesses(place)
    const left = readdirSync(place)
    for (const { pid, command } of living)
      tell(`process ${pid}, ${command}`, () => process.kill(pid, 'SIGKILL'))
    for (const name of left) tell(name)
    rmSync(place, { recursive: true, force: true, maxRetries: 5 })
  }
}

function tell(what: string, end?: () => void): void {
  console.error(`left behind by a test: ${what}`)
  try {
    end?.()
  } catch {
    // It has ended by itself meanwhile.
  }
}

interface Living {
  readonly pid: number
  readonly command: string
}

/** Those that do not end by themselves within seconds, as a local cloud does behind its last run. */
async function endOfProcesses(place: string): Promise<Living[]> {
  for (let look = 0; ; look += 1) {
    const living = processesOf(place)
    if (living.length === 0 || look === 20) return living
    await sleep(500)
  }
}

/** The processes whose environment names the place, where the system tells. */
function processesOf(place: string): Living[] {
  return pids().flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TMPDIR=${place}`)) return []
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return command === '' ? [] : [{ pid, command }]
    } catch {
      return []
    }
  })
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}
