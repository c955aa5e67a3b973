import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Computer } from './layout.ts'

const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const homebrew = '/opt/homebrew/bin'

/** The directories in which a machine's commands are looked up, its own programs first. */
export function searchPath(bin: string): readonly string[] {
  // Node goes right behind the machine's own programs, so that an application runs on the Node that runs the cloud.
  const path = [bin, dirname(process.execPath), ...systemPath]
  if (existsSync(homebrew)) path.push(homebrew)
  return [...new Set(path)]
}

/**
 * The whole environment of a machine's processes. It is made from nothing: what the cloud's own process was given
 * (credentials, tokens) is no business of theirs.
 */
export function environmentOf({ machine, user, layout }: Computer): Record<string, string> {
  return {
    HOME: layout.home,
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/sh',
    PATH: searchPath(layout.bin).join(':'),
    LANG: 'C.UTF-8',
    TMPDIR: layout.temporary,
    HOST: machine.address,
    INSTANCE_ID: machine.id,
    INSTANCE_ADDRESS: machine.address,
  }
}
