import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { takeFailures, ViridianError } from '@viridian/core'
import { type Cloud, openCloud } from '../emulator/cloud.ts'
import { DamagedRecords } from '../emulator/store.ts'
import { accessFile, type CloudAccess, makeCloudDirectory } from './access.ts'
import { lookAtFleet } from './fleet-look.ts'
import { fleetNames } from './fleet-standing.ts'
import { countHolds } from './hold.ts'
import { ensureKey } from './identity.ts'
import { type Lock, lock } from './lock.ts'

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

const looksEveryMs = 1_000

/** Opens the cloud of a directory in this process, and lets others find it there. */
export async function serveCloud(
  directory: string,
  { idleMs, ...settings }: ServeOptions,
): Promise<ServedCloud> {
  makeCloudDirectory(directory)
  let ask: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    ask = resolve
  })
  const holds = await countHolds(idleMs, ask)
  let held: Lock | undefined
  try {
    held = await lock(directory, holds.place)
    const { isOurs } = held
    const cloud: Cloud = await openCloud({
      ...settings,
      directory,
      owned: isOurs,
      questions: { fleet: async (names) => lookAtFleet(cloud, fleetNames.parse(names)) },
    })
    const { endpoint, region, timeScale, accessKeyId, secretAccessKey, dns } = cloud
    const identityFile = await ensureKey(directory, cloud)
    const ssh = { user: cloud.ssh.user, port: cloud.ssh.port, identityFile }
    const access = {
      pid: process.pid,
      endpoint,
      region,
      timeScale,
      accessKeyId,
      secretAccessKey,
      dns,
      ssh,
      hold: holds.place,
    }
    publish(directory, access)
    holds.start()
    // Whoever removes the directory begins anew, and wants nothing more of this cloud.
    const look = setInterval(() => isOurs() || ask(), looksEveryMs)
    const release = takeFailures({ stray: survive, stuck: () => undefined })
    const ended = asked.then(async () => {
      clearInterval(look)
      release()
      if (isOurs()) rmSync(accessFile(directory), { force: true })
      await cloud.close()
      held?.release()
      holds.close()
    })
    return { access, ended, end: ask }
  } catch (error) {
    held?.release()
    holds.close()
    throw explained(error, settings.port)
  }
}

/** What goes wrong in one exchange, and nobody has thought of, is not to end all machines and whoever uses them. */
function survive(failure: unknown): void {
  console.error('The local cloud goes on after a failure of its own:', failure)
}

/** What a person can do something about, with what that is. */
function explained(error: unknown, port: number | undefined): unknown {
  if (error instanceof DamagedRecords) {
    return new ViridianError('E_CLOUD_RECORDS', error.message, {
      ...(error.file !== undefined && { place: { file: error.file } }),
      hint: 'put back what has been moved away, or remove .tasks/cloud to begin anew',
      cause: error.cause,
    })
  }
  if (error instanceof Error && 'port' in error && error.port === port && port !== undefined) {
    return new ViridianError('E_CLOUD_PORT', `the local cloud cannot listen on port ${port}`, {
      hint: 'leave --port out, or give it one that is free',
      cause: error,
    })
  }
  return error
}

function publish(directory: string, access: CloudAccess): void {
  const file = accessFile(directory)
  writeFileSync(`${file}.new`, JSON.stringify(access), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
