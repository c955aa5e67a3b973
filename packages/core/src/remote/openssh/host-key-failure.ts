import { readFile } from 'node:fs/promises'
import type { ViridianError } from '../../error.ts'
import { fingerprint } from '../ssh/fingerprint.ts'
import { changedHint, hostKeyError } from '../ssh/host-key-error.ts'
import { parseKnownHosts, readKnownHosts } from '../ssh/known-hosts.ts'
import type { Target } from '../ssh/target.ts'
import type { Said } from './said.ts'

/** What is wrong with the key that a host has shown; undefined: nothing. */
export async function hostKeyFailure(host: Target, said: Said): Promise<ViridianError | undefined> {
  if (!said.find(/^Host key verification failed\.$/)) return undefined
  const [, type = 'host', seen = 'of an unknown fingerprint'] =
    said.find(/^debug1: Server host (?:key|certificate): (\S+) (SHA256:\S+)/) ?? []
  const shows = `shows the ${type} key ${seen}`
  if (host.hostKeys) {
    const message = `${host.name} ${shows}, which is none of the keys it is known by: ${host.hostKeys.join(', ')}`
    return hostKeyError('E_HOST_KEY_CHANGED', host, message, changedHint)
  }
  if (said.find(/ host key for .+ (?:is marked as|was) revoked/)) {
    const known = await readKnownHosts(host.knownHosts)
    const entries = known.entriesFor(host.settings.hostKeyAlias ?? host.address, host.port)
    const entry = entries.find(({ marker, key }) => marker === 'revoked' && fingerprint(key) === seen)
    const message = `${host.name} ${shows}, which ${entry ? `${entry.file}:${entry.line}` : 'a list of keys'} revokes`
    const hint = 'do not trust this host: someone else may hold its key'
    return hostKeyError('E_HOST_KEY_REVOKED', host, message, hint, entry)
  }
  const [, file, line] = said.find(/^Offending \S+ key in (.+):(\d+)$/) ?? []
  if (file !== undefined) {
    const place = { file, line: Number(line) }
    const entry = parseKnownHosts(await readFile(file, 'utf8'), file).find((each) => each.line === place.line)
    const other = entry === undefined ? 'another key' : fingerprint(entry.key)
    const message = `${host.name} ${shows}, but ${file}:${line} knows it by ${other}`
    return hostKeyError('E_HOST_KEY_CHANGED', host, message, changedHint, place)
  }
  const message = `${host.name} (${host.address}:${host.port}) is not in known_hosts; it ${shows}`
  const hint = `compare it with the key on the host's console, then add it: log in once by ssh, or give the host hostKeys: ['${seen}']`
  return hostKeyError('E_HOST_KEY_UNKNOWN', host, message, hint)
}
