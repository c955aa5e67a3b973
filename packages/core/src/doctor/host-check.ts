import pMap from 'p-map'
import { longestTimer } from '../duration.ts'
import { quoted } from '../remote/command/quote.ts'
import { digestPrograms } from '../remote/files/file-commands.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { Session } from '../run/session.ts'
import { chosenRole } from '../task/roles.ts'
import type { Check, Finding } from './check.ts'
import { failure } from './failure.ts'

const hostsAtOnce = 50
/** Seconds that a clock may be off. */
const tolerance = 5

/** Logs in to each of the chosen hosts, and looks at what tasks will need there. */
export const hostCheck = (session: Session, sudo: boolean): Check => ({
  name: 'hosts/reached',
  group: 'Hosts',
  title: 'the hosts',
  // Each of them has a limit of its own, in which the time that a person takes to answer does not count.
  timeout: longestTimer,
  run: async () => {
    const hosts = await session.hosts.of(chosenRole, '/hosts')
    const found = await pMap(hosts, (host) => findingsOn(session, host, sudo), { concurrency: hostsAtOnce })
    return found.flat()
  },
})

async function findingsOn(session: Session, spec: HostSpec, sudo: boolean): Promise<Finding[]> {
  const place = { host: spec.name }
  try {
    const host = session.host(spec, { key: '/hosts', parent: '/', host: spec.name })
    // Connects, logs in, and sees that the login's shell runs what it is told.
    await host.run({ timeout: '30s' })`true`
    const before = Date.now()
    const { stdout } = await host.run({ timeout: '30s' })(quoted(look(sudo)))
    const found = hostFindings(stdout, { before, after: Date.now() }).map((each) => ({ ...each, place }))
    return found.length > 0 ? found : [{ verdict: 'ok', says: 'answers', place }]
  } catch (error) {
    const failed = failure(error)
    return [{ ...failed, place: { ...failed.place, ...place } }]
  }
}

/** What is asked of a host; what it has not got, or does not let us do, it says. */
const look = (sudo: boolean): string =>
  [
    'echo clock=$(date +%s)',
    'command -v tar >/dev/null 2>&1 || echo lacks=tar',
    `${digestPrograms(0)}; [ "$f" != true ] || echo lacks=sha256sum`,
    ...(sudo
      ? [
          'if command -v sudo >/dev/null 2>&1; then sudo -n true >/dev/null 2>&1 || echo sudo=no; else echo lacks=sudo; fi',
        ]
      : []),
  ].join('; ')

/** What a host has answered, within these times of this machine's clock. */
export function hostFindings(
  answer: string,
  { before, after }: { before: number; after: number },
): Finding[] {
  const said = answer.split('\n').map((line) => line.trim())
  const clock = Number(said.find((line) => line.startsWith('clock='))?.slice('clock='.length))
  const ahead = clock - after / 1000
  const behind = before / 1000 - (clock + 1)
  const off = Math.round(Math.max(ahead, behind))
  const findings: Finding[] = []
  if (off > tolerance)
    findings.push({
      verdict: 'warning',
      says: `its clock is ${off} s ${ahead > behind ? 'ahead of' : 'behind'} this machine's`,
      hint: 'see on both who keeps the time: timedatectl, or chronyc tracking',
    })
  if (said.includes('lacks=tar'))
    findings.push({
      verdict: 'warning',
      says: 'it has no tar: no directory can be put there',
      hint: 'install tar on it',
    })
  if (said.includes('lacks=sha256sum'))
    findings.push({
      verdict: 'warning',
      says: 'it has no sha256sum: what is put there is sent whole each time',
      hint: 'install coreutils, openssl, or perl with shasum, on it',
    })
  if (said.includes('lacks=sudo'))
    findings.push({ verdict: 'problem', says: 'it has no sudo', hint: 'install sudo on it' })
  if (said.includes('sudo=no'))
    findings.push({
      verdict: 'problem',
      says: 'sudo wants a password',
      hint: 'allow it by NOPASSWD in /etc/sudoers.d, or give ssh.sudoPassword; a run on a terminal asks for it',
    })
  return findings
}
