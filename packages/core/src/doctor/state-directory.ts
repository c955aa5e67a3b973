import { accessSync, constants, lstatSync, type Stats, statfsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { quote } from '../remote/command/quote.ts'
import type { Check, Finding } from './check.ts'

const group = 'State'
const mega = 1024 * 1024
const little = 200 * mega
const tooLittle = 16 * mega

/** Where runs are on record. */
export const stateDirectoryChecks: readonly Check[] = [
  { name: 'state/directory', group, title: '.tasks', run: async (c) => directoryFindings(c.stateDirectory) },
  {
    name: 'state/room',
    group,
    title: 'the room on its disk',
    run: async (c) => roomFinding(c.stateDirectory),
  },
]

function directoryFindings(directory: string): Finding[] {
  const place = { file: directory }
  const name = basename(directory)
  const found = lstatSync(directory, { throwIfNoEntry: false })
  if (found === undefined) {
    const above = existing(directory)
    if (isWritable(above)) return [{ verdict: 'ok', says: `no ${name} yet: the first run makes it` }]
    const says = `${name} is not there, and cannot be made`
    return [{ verdict: 'problem', says, hint: `make ${above} writable`, place }]
  }
  const { uid } = found
  const self = process.getuid?.()
  const path = quote(directory)
  if (!found.isDirectory() && !found.isSymbolicLink())
    return [{ verdict: 'problem', says: `${name} is no directory`, hint: 'put that file elsewhere', place }]
  if (self !== undefined && uid !== self && self !== 0) {
    const says = `${name} belongs to another user (${uid}), perhaps since a run by sudo`
    return [{ verdict: 'problem', says, hint: `sudo chown -R "$(id -u)" ${path}`, place }]
  }
  if (!isWritable(directory))
    return [{ verdict: 'problem', says: `${name} cannot be written to`, hint: `chmod u+rwx ${path}`, place }]
  return [openFinding(found, path, directory)]
}

function openFinding({ mode }: Stats, path: string, file: string): Finding {
  if (process.platform === 'win32' || (mode & 0o077) === 0)
    return { verdict: 'ok', says: `${basename(file)} is private, and can be written to` }
  const others = (mode & 0o022) !== 0 ? 'write to it' : 'look into it'
  return {
    verdict: (mode & 0o022) !== 0 ? 'problem' : 'warning',
    says: `others may ${others}: the journals in ${basename(file)} say what is undone, by which code`,
    hint: `chmod go= ${path}`,
    place: { file },
  }
}

function roomFinding(directory: string): Finding {
  const { bavail, bsize } = statfsSync(existing(directory))
  const room = bavail * bsize
  const says = `${told(room)} free`
  if (room >= little) return { verdict: 'ok', says }
  return {
    verdict: room < tooLittle ? 'problem' : 'warning',
    says: `${says} on its disk: a run that cannot write its journal stops`,
    hint: `make room; du -sh ${quote(directory)}/* shows what is there`,
    place: { file: directory },
  }
}

const told = (bytes: number): string =>
  bytes >= 1024 * mega ? `${Math.floor(bytes / mega / 1024)} GB` : `${Math.floor(bytes / mega)} MB`

/** The directory, or the nearest one above that is there. */
function existing(directory: string): string {
  const found = lstatSync(directory, { throwIfNoEntry: false })
  return found || dirname(directory) === directory ? directory : existing(dirname(directory))
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
