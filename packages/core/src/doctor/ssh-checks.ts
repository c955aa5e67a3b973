import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ViridianError } from '../error.ts'
import { withPath, withPaths } from '../remote/local-paths.ts'
import type { AgentKeys } from '../remote/ssh/agent.ts'
import { fingerprint } from '../remote/ssh/fingerprint.ts'
import { knownHostsText, parseKnownHosts, strayLines } from '../remote/ssh/known-hosts.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { Session } from '../run/session.ts'
import type { Check, Finding } from './check.ts'
import { failure } from './failure.ts'
import { keyFindings } from './key-files.ts'
import { type Ways, waysTo } from './ways.ts'

const group = 'SSH'

/** What it takes to reach hosts, as far as it stands here. */
export function sshChecks(session: Session, hosts: () => readonly HostSpec[]): readonly Check[] {
  let found: Promise<Ways> | undefined
  const ways = (signal: AbortSignal): Promise<Ways> => {
    found ??= session.openStage().then((defaults) => {
      const { directory } = session
      const there = hosts().map((host) => withPath(host, directory))
      return waysTo(there, withPaths(defaults, directory), signal)
    })
    return found
  }
  const check = (name: string, title: string, look: (ways: Ways) => Promise<Finding[]>): Check => ({
    name: `ssh/${name}`,
    group,
    title,
    run: async ({ signal }) => look(await ways(signal)),
  })
  return [
    check('config', 'ssh_config', async (ways) => configFindings(ways)),
    check('known-hosts', 'known_hosts', knownHostsFindings),
    check('agent', 'the agent', async ({ agents }) => [...agents].map(agentFinding)),
    check('keys', 'the private keys', async (ways) => (ways.ways.length > 0 ? keyFindings(ways) : [])),
    check('program', "the system's ssh", programFindings),
  ]
}

/** What is wrong in one line is told once, for all hosts that it holds for. */
function configFindings({ failures, config }: Ways): Finding[] {
  const told = new Map(
    failures
      .map((each) => failure(each))
      .map((finding) => [`${finding.place?.file} ${finding.place?.line} ${finding.says}`, finding]),
  )
  return told.size > 0
    ? [...told.values()]
    : [{ verdict: 'ok', says: config === false ? 'no ssh_config is read' : 'ssh_config is read' }]
}

async function knownHostsFindings({ ways }: Ways): Promise<Finding[]> {
  const files = [...new Set(ways.flatMap(({ target }) => target.knownHosts))]
  const findings: Finding[] = []
  let keys = 0
  for (const file of files) {
    const text = await knownHostsText(file)
    keys += parseKnownHosts(text, file).length
    for (const line of strayLines(text))
      findings.push({
        verdict: 'warning',
        says: 'it is no entry of known_hosts, and passed over',
        hint: 'mend the line, or take it out',
        place: { file, line },
      })
  }
  if (findings.length > 0 || files.length === 0) return findings
  return [{ verdict: 'ok', says: `${keys} known host ${keys === 1 ? 'key' : 'keys'}` }]
}

function agentFinding([socket, agent]: [string, AgentKeys | Error]): Finding {
  if (agent instanceof Error)
    return {
      verdict: 'warning',
      says: agent.message,
      hint: 'start one (eval "$(ssh-agent)"; ssh-add), or unset SSH_AUTH_SOCK',
      place: { file: socket },
    }
  const { keys, beyond } = agent
  if (keys.length + beyond.length === 0) return { verdict: 'ok', says: 'an agent without keys' }
  const shown = keys.map((key) => `${key.type} ${fingerprint(key.getPublicSSH())}`)
  return { verdict: 'ok', says: `agent: ${[...shown, ...new Set(beyond)].join(', ')}` }
}

/** Wanted where a host is reached by it. */
async function programFindings({ ways }: Ways): Promise<Finding[]> {
  const way = ways.find(({ transport }) => transport === 'openssh')
  if (!way) return []
  try {
    const { stderr } = await promisify(execFile)('ssh', ['-V'])
    return [{ verdict: 'ok', says: stderr.split(',', 1).join() }]
  } catch (cause) {
    const message = `${way.target.name} is reached by transport: 'openssh', and ssh cannot be run`
    throw new ViridianError('E_SSH_PROGRAM', message, {
      cause,
      hint: 'install OpenSSH: apt-get install openssh-client',
    })
  }
}
