import { ViridianError } from '../../error.ts'
import { fingerprint } from '../ssh/host-key.ts'
import { entriesFor, type KnownHost, readKnownHosts } from '../ssh/known-hosts.ts'
import type { FailedHost } from './failure.ts'
import type { Said } from './said.ts'

/** What is wrong with the key that a host has shown; undefined: nothing. */
export async function hostKeyFailure(host: FailedHost, said: Said): Promise<ViridianError | undefined> {
  if (!said.find(/^Host key verification failed\.$/)) return undefined
  const [, type = 'host', seen = 'of an unknown fingerprint'] =
    said.find(/^debug1: Server host (?:key|certificate): (\S+) (SHA256:\S+)/) ?? []
  const shows = `shows the ${type} key ${seen}`
  if (host.hostKeys) {
    const message = `${host.name} ${shows}, which is none of the keys it is known by: ${host.hostKeys.join(', ')}`
    return hostKeyError('E_HOST_KEY_CHANGED', host, message, changedHint)
  }
  const known = await readKnownHosts(host.knownHosts)
  if (said.find(/ host key for .+ (?:is marked as|was) revoked/)) {
    const entries = entriesFor(known, host.address, host.port)
    const entry = entries.find(({ marker, key }) => marker === 'revoked' && fingerprint(key) === seen)
    const message = `${host.name} ${shows}, which ${placeOf(entry)} revokes`
    const hint = 'do not trust this host: someone else may hold its key'
    return hostKeyError('E_HOST_KEY_REVOKED', host, message, hint, entry)
  }
  const [, file, line] = said.find(/^Offending \S+ key in (.+):(\d+)$/) ?? []
  if (file !== undefined) {
    const entry = known.find((each) => each.file === file && each.line === Number(line))
    const other = entry === undefined ? 'another key' : fingerprint(entry.key)
    const place = entry ?? { file, line: Number(line) }
    const message = `${host.name} ${shows}, but ${placeOf(place)} knows it by ${other}`
    return hostKeyError('E_HOST_KEY_CHANGED', host, message, changedHint, place)
  }
  const message = `${host.name} (${host.address}:${host.port}) is not in known_hosts; it ${shows}`
  const hint = `compare it with the key on the host's console, then add it: log in once by ssh, or give the host hostKeys: ['${seen}']`
  return hostKeyError('E_HOST_KEY_UNKNOWN', host, message, hint)
}

const changedHint =
  'another machine may answer in its place; if it was rebuilt, compare the key with the one on its console and replace the old one'

type Place = Pick<KnownHost, 'file' | 'line'>

function placeOf(place: Place | undefined): string {
  return place === undefined ? 'a list of keys' : `${place.file}:${place.line}`
}

function hostKeyError(
  code: string,
  { name }: FailedHost,
  message: string,
  hint: string,
  place?: Place,
): ViridianError {
  return new ViridianError(code, message, {
    hint,
    place: { host: name, ...(place && { file: place.file, line: place.line }) },
  })
}
