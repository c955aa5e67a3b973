import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { killLeftovers } from '../emulator/machines/leftovers.ts'
import { accessFile, readAccess } from './access.ts'
import { answers, countHolds, endCloud, type HoldPlace, holdPlace } from './hold.ts'

const lockContent = z.object({ pid: z.number(), hold: holdPlace })

/** The right to a cloud's directory. */
export interface Lock {
  /** False once the directory, or the lock in it, has been removed. */
  isOurs(): boolean
  /** Gives it back, unless it is another cloud's by now. */
  release(): void
}

const closesWithinMs = 20_000

/**
 * One cloud a directory: the lock is a file that says where its cloud is held. Whoever answers there lives; a process id
 * would not tell, since it may be another process's by now. A cloud that is closing is waited for.
 *
 * @throws ViridianError `E_CLOUD_RUNNING`
 */
export async function lock(directory: string, hold: HoldPlace): Promise<Lock> {
  const file = lockFile(directory)
  const own = JSON.stringify({ pid: process.pid, hold })
  for (const deadline = Date.now() + closesWithinMs; ; await sleep(50)) {
    if (claim(file, own)) break
    const found = read(file)
    const holder = holderOf(found)
    if (found === undefined) continue
    if (holder === undefined || !(await answers(holder.hold))) discard(file, found)
    else if (Date.now() > deadline || (await readAccess(directory))) throw runsAlready(file)
  }
  const isOurs = (): boolean => read(file) === own
  return {
    isOurs,
    release() {
      if (isOurs()) rmSync(file, { force: true })
    },
  }
}

/** What became of a cloud that was to end: it has, there was none, or what a dead one had left is ended and removed. */
export type Ending = 'ended' | 'none' | 'cleared'

/**
 * Ends the cloud of a directory.
 *
 * @throws ViridianError `E_CLOUD_STUCK`
 */
export async function endHolder(directory: string): Promise<Ending> {
  const file = lockFile(directory)
  // While it is cleared the directory has a holder, who answers: a cloud that starts meanwhile waits.
  const holds = await countHolds(undefined, () => undefined)
  const own = JSON.stringify({ pid: process.pid, hold: holds.place })
  try {
    for (;;) {
      const found = read(file)
      const holder = holderOf(found)
      if (holder !== undefined && (await answers(holder.hold))) {
        await endCloud(holder.hold)
        return 'ended'
      }
      if (found === undefined && read(accessFile(directory)) === undefined) return 'none'
      if (found !== undefined) discard(file, found)
      // Another cloud has come first: it is the one to end.
      if (!claim(file, own)) continue
      await killLeftovers(join(directory, 'machines'))
      for (const left of [accessFile(directory), file]) rmSync(left, { force: true })
      return 'cleared'
    }
  } finally {
    holds.close()
  }
}

const lockFile = (directory: string): string => join(directory, 'lock')

function holderOf(text: string | undefined): z.infer<typeof lockContent> | undefined {
  if (text === undefined) return undefined
  try {
    return lockContent.parse(JSON.parse(text))
  } catch {
    // Half a file, or another program's: nobody can be asked by it.
    return undefined
  }
}

/** The file is there with all that it says, or not at all. */
function claim(file: string, text: string): boolean {
  const written = `${file}.${process.pid}`
  writeFileSync(written, text, { mode: 0o600 })
  try {
    linkSync(written, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(written, { force: true })
  }
}

/** Removes a dead cloud's lock. Another cloud may have done so meanwhile, and have taken it: then it is put back. */
function discard(file: string, dead: string): void {
  const aside = `${file}.${process.pid}.dead`
  try {
    renameSync(file, aside)
    if (read(aside) !== dead) linkSync(aside, file)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

const runsAlready = (file: string): ViridianError =>
  new ViridianError('E_CLOUD_RUNNING', 'a local cloud already runs for this project', {
    place: { file },
    hint: 'use it as it is ("tasks cloud status"), or end it with "tasks cloud down"',
  })
