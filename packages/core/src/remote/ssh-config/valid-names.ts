import { ViridianError } from '../../error.ts'

// As in OpenSSH's ssh.c, which refuses the same before it reads a file.
const unfitForHosts = /^-|['`"$\\;&<>|(){},\s\p{Cc}]/u
const unfitForUsers = /^-|['`";&<>|(){}\p{Cc}]|\s-|\\$/u

/**
 * Refuses names that mean something to a shell: ssh_config hands them to commands, by `Match exec`, and whoever names hosts
 * in an account would run others.
 *
 * @throws ViridianError `E_HOST_INVALID`
 */
export function refuseUnfitNames(host: string, user: string | undefined): void {
  if (unfitForHosts.test(host)) throw unfit('host', host)
  if (user !== undefined && unfitForUsers.test(user)) throw unfit('user', user)
}

const unfit = (what: string, name: string): ViridianError =>
  new ViridianError('E_HOST_INVALID', `${JSON.stringify(name)} is no name for a ${what}`, {
    hint: 'as with ssh, it may hold no quotes, brackets or other signs of a shell, and begin with no dash; give a host such as { name, address, user }',
  })
