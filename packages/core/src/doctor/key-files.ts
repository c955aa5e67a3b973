import { statSync } from 'node:fs'
import { quote } from '../remote/command/quote.ts'
import type { AgentKeys } from '../remote/ssh/agent.ts'
import { Identities, type Identity, publicKeyOf } from '../remote/ssh/identity.ts'
import { isAgent } from '../remote/ssh/keys.ts'
import { uselessFile } from '../remote/ssh/login-error.ts'
import type { Finding } from './check.ts'
import { failure } from './failure.ts'
import type { Way, Ways } from './ways.ts'

/** The private keys that hosts are offered: whether they are there, are keys, and are read by nobody else. */
export async function keyFindings({ ways, agents }: Ways): Promise<Finding[]> {
  const identities = new Identities()
  const held = [...agents.values()].flatMap((agent) => (isAgent(agent) ? agent.keys : []))
  const findings: Finding[] = []
  let usable = held.length
  for (const [file, way] of filesOf(ways)) {
    const identity = await identities.get(file)
    if (identity.status === 'missing' && way.target.identityFile === undefined) continue
    if (identity.status === 'ready' || identity.status === 'encrypted') usable += 1
    findings.push(...findingsOf(identity, way, held))
  }
  if (usable > 0 || findings.length > 0) return findings
  return [
    {
      verdict: 'warning',
      says: 'there is no key to log in with, in files or in an agent',
      hint: 'ssh-add adds yours to the agent; ssh-keygen -t ed25519 makes one',
    },
  ]
}

/** Each file once, with the first of those that are reached by it. */
function filesOf(ways: readonly Way[]): Map<string, Way> {
  const files = new Map<string, Way>()
  for (const way of ways) {
    const { identityFile, identityFiles } = way.target
    for (const file of identityFile === undefined ? identityFiles : [identityFile])
      if (!files.has(file)) files.set(file, way)
  }
  return files
}

function findingsOf(identity: Identity, { target, transport }: Way, held: AgentKeys['keys']): Finding[] {
  const { file, status } = identity
  const place = { file }
  if (status === 'missing') return [failure(uselessFile(target, identity))]
  if (status === 'unusable') {
    const useless = failure(uselessFile(target, identity))
    return [target.identityFile === undefined ? { ...useless, verdict: 'warning' } : useless]
  }
  if (status === 'public') return [{ verdict: 'ok', says: `${file} of the agent` }]
  // ssh passes over a key that others can read, and only says so among other things.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    return [
      {
        verdict: transport === 'openssh' ? 'problem' : 'warning',
        says: `others may read the private key ${file}, which ssh then does not use`,
        hint: `chmod 600 ${quote(file)}`,
        place,
      },
    ]
  const blob = publicKeyOf(identity)
  const isHeld = blob !== undefined && held.some((key) => key.getPublicSSH().equals(blob))
  if (status === 'encrypted' && !isHeld)
    return [
      {
        verdict: 'warning',
        says: `${file} takes a passphrase, and no agent holds it: a run asks for it`,
        hint: `ssh-add ${quote(file)}`,
        place,
      },
    ]
  return [{ verdict: 'ok', says: `key ${file}` }]
}
