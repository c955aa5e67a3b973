import type { Client } from 'ssh2'

/**
 * What a server calls itself: `OpenSSH_9.2p1`, `dropbear_2022.83`. ssh2 has it in a property of its own; undefined should a
 * release no longer have that.
 */
export function softwareOf(client: Client): string | undefined {
  const software: unknown = Reflect.get(client, '_remoteVer')
  return typeof software === 'string' ? software : undefined
}

// sshd refuses an eleventh session on a connection; a user's own settings may hold one or two.
const usual = 8

/**
 * How many sessions a server bears at once. Dropbear (2022.83) closes a session that is being opened while the command of
 * another one ends, or falls over that.
 */
export function sessionsAtOnce(software = ''): number {
  return software.startsWith('dropbear') ? 1 : usual
}
