import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ViridianError } from '@viridian/core'
import { openCloud } from '../emulator/cloud.ts'
import { accessFile, type CloudAccess, makeCloudDirectory, readAccess } from './access.ts'
import { countHolds } from './hold.ts'
import { ensureKey } from './identity.ts'

export interface ServeOptions {
  /** Ends the cloud when nobody has held it for so long. @default it runs until it is told to end */
  readonly idleMs?: number
  /** Real seconds that one second of AWS's time takes. @default 0.1 */
  readonly timeScale?: number
  /** The port of the endpoint. @default a free one */
  readonly port?: number
}

export interface ServedCloud {
  readonly access: CloudAccess
  readonly ended: Promise<void>
  end(): void
}

/** Opens the cloud of a directory in this process, and lets others find it there. */
export async function serveCloud(directory: string, options: ServeOptions): Promise<ServedCloud> {
  makeCloudDirectory(directory)
  const unlock = await lock(directory)
  let ask: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    ask = resolve
  })
  try {
    const { timeScale, port } = options
    const cloud = await openCloud({
      directory,
      ...(timeScale !== undefined && { timeScale }),
      ...(port !== undefined && { port }),
    })
    const secret = randomBytes(16).toString('hex')
    const holds = await countHolds(secret, options.idleMs, ask)
    const { endpoint, region, accessKeyId, secretAccessKey, dns } = cloud
    const identityFile = await ensureKey(directory, cloud)
    const ssh = { user: cloud.ssh.user, port: cloud.ssh.port, identityFile }
    const access = {
      pid: process.pid,
      endpoint,
      region,
      accessKeyId,
      secretAccessKey,
      dns,
      ssh,
      hold: { port: holds.port, secret },
    }
    publish(directory, access)
    const ended = asked.then(async () => {
      rmSync(accessFile(directory), { force: true })
      await cloud.close()
      unlock()
      holds.close()
    })
    return { access, ended, end: ask }
  } catch (error) {
    unlock()
    throw error
  }
}

function publish(directory: string, access: CloudAccess): void {
  const file = accessFile(directory)
  writeFileSync(`${file}.new`, JSON.stringify(access), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

const closesWithinMs = 20_000

/** One cloud a directory: the lock is a file that holds its process's id. One that is closing is waited for. */
async function lock(directory: string): Promise<() => void> {
  const file = join(directory, 'lock')
  for (const deadline = Date.now() + closesWithinMs; ; await sleep(50)) {
    if (claim(file)) return () => rmSync(file, { force: true })
    if (!holderLives(file)) rmSync(file, { force: true })
    else if (Date.now() > deadline || (await readAccess(directory))) break
  }
  throw new ViridianError('E_CLOUD_RUNNING', 'a local cloud already runs for this project', {
    place: { file },
    hint: 'use it as it is ("tasks cloud status"), or end it with "tasks cloud down"',
  })
}

function claim(file: string): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600)
    writeFileSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function holderLives(file: string): boolean {
  const pid = Number(readFileSync(file, 'utf8'))
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0)
  } catch {
    // The process that held the lock is gone.
    return false
  }
}
