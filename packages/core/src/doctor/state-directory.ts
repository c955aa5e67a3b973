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
    run: async (c) => roomFinding(roomOn(c.stateDirectory), c.stateDirectory),
  },
]

export function directoryFindings(directory: string): Finding[] {
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
  const name = basename(file)
  if (process.platform === 'win32' || (mode & 0o077) === 0)
    return { verdict: 'ok', says: `${name} is private, and can be written to` }
  const isOpen = (mode & 0o022) !== 0
  return {
    verdict: isOpen ? 'problem' : 'warning',
    says: isOpen
      ? `others may write to ${name}, whose journals say what is undone, and by which code`
      : `others may look into ${name}, whose journals say what was done where`,
    hint: `chmod go= ${path}`,
    place: { file },
  }
}

function roomOn(directory: string): number {
  const { bavail, bsize } = statfsSync(existing(directory))
  return bavail * bsize
}

/** @param room - in bytes */
export function roomFinding(room: number, directory: string): Finding {
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
