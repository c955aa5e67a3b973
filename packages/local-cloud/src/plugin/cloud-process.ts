import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ViridianError } from '@viridian/core'
import { type CloudAccess, makeCloudDirectory, readAccess } from './access.ts'

const main = fileURLToPath(new URL('./cloud-main.js', import.meta.url))
const startsWithinMs = 30_000

/** The cloud that runs from this directory; one is started, as a process of its own, when none does. */
export async function ensureCloud(directory: string, signal: AbortSignal): Promise<CloudAccess> {
  const running = await readAccess(directory)
  if (running) return running
  makeCloudDirectory(directory)
  const log = openSync(join(directory, 'cloud.log'), 'a', 0o600)
  // Out of reach of the run's death and of its terminal's Ctrl-C.
  const child = spawn(process.execPath, [main, directory], { detached: true, stdio: ['ignore', log, log] })
  let exited: number | null | undefined
  child.once('exit', (code) => {
    exited = code
  })
  child.unref()
  for (
    const deadline = Date.now() + startsWithinMs;
    Date.now() < deadline;
    await sleep(50, undefined, { signal })
  ) {
    const access = await readAccess(directory)
    if (access) return access
    // Another run may have started one at the same moment: its access file is about to appear.
    if (exited !== undefined && exited !== 0) break
  }
  throw new ViridianError('E_CLOUD_START', 'the local cloud did not start', {
    place: { file: join(directory, 'cloud.log') },
    hint: 'its log says why; "tasks cloud up" runs it in the foreground',
  })
}
