import { isViridianError, reportOf, ViridianError } from '../error.ts'
import { Mask } from '../events/mask.ts'
import { suggestion } from '../nearest.ts'
import { quote, quoted } from '../remote/command/quote.ts'
import type { HostSpec } from '../remote/transport.ts'
import { Ledger } from '../run/ledger.ts'
import { newIdentity } from '../run/run-identity.ts'
import { Session } from '../run/session.ts'
import { isAddress, parseHost } from '../task/host-address.ts'
import { EndSignals } from './end-signals.ts'
import type { Globals } from './globals.ts'
import { isNotUnderstood } from './not-understood.ts'
import type { Project } from './project.ts'
import { confirmOn, outputFor, personAt } from './screen.ts'
import { tellError } from './tell-error.ts'

export interface SshRequest {
  /** A host's name, a role's, or `user@host:port`. */
  readonly target: string
  /** A command: one word is a line of the shell, several are quoted; none: the login's shell. */
  readonly command: readonly string[]
  /** The first host of a role that has several. */
  readonly first: boolean
}

const key = '/ssh#0'

// What no shell's own exit code means, as with ssh.
const notReached = 255

/**
 * `tasks ssh TARGET [-- COMMAND]`: a person's terminal on a host, reached as the task file says. It is no run: nothing is
 * recorded, and nothing is asked, as the host was named by hand.
 *
 * @returns the exit code of what ran there; 255 when the host was not reached, or lost
 */
export async function openSsh(project: Project, globals: Globals, request: SshRequest): Promise<number> {
  const { config, directory } = project.loaded
  const stage = project.stage(globals.stage)
  const output = outputFor(globals)
  const { ask, lend } = personAt(output, globals)
  const session = new Session({
    config,
    directory,
    stateDirectory: project.stateDirectory,
    identity: newIdentity('ssh', stage),
    planning: false,
    ledger: new Ledger(undefined),
    mask: new Mask(),
    emit: (event) => output.event(event),
    confirm: confirmOn(ask, globals.yes),
    ask,
    lend,
  })
  const release = endOnSignals(session)
  try {
    const spec = await hostFor(session, request)
    const { shell } = session.host(spec, { key, parent: key, host: spec.name })
    const [line, ...words] = request.command
    if (line === undefined) return await shell()
    return await shell(quoted(words.length === 0 ? line : request.command.map(quote).join(' ')))
  } catch (error) {
    if (isViridianError(error) && isNotUnderstood(error.code)) throw error
    output.close()
    tellError(reportOf(error), globals.color)
    return notReached
  } finally {
    release()
    await session.close()
    output.close()
  }
}

/** The first signal ends the shell, a second one the process. */
function endOnSignals({ engine }: Session): () => void {
  const signals = new EndSignals((signal) =>
    engine.fail(new ViridianError('E_INTERRUPTED', `interrupted by ${signal}`)),
  )
  return () => signals.release()
}

async function hostFor(session: Session, { target, first }: SshRequest): Promise<HostSpec> {
  if (session.hosts.roles.includes(target)) return oneOf(target, await session.hosts.of(target, key), first)
  if (isAddress(target)) return parseHost(target)
  const known: HostSpec[] = []
  const failures: unknown[] = []
  for (const role of session.hosts.roles) {
    const hosts = await session.hosts.of(role, key).catch((error: unknown) => void failures.push(error))
    const found = hosts?.find(({ name }) => name === target)
    if (found) return found
    known.push(...(hosts ?? []))
  }
  // An address, or a name with its domain, is no slip of a host's name.
  if (target.includes('.')) return parseHost(target)
  const names = [...session.hosts.roles, ...known.map(({ name }) => name)]
  throw new ViridianError('E_HOST_UNKNOWN', `no role and no host of a role is called "${target}"`, {
    hint:
      suggestion(target, names) ??
      `"tasks roles" shows all hosts; for one that is in no role write user@${target}`,
    cause: failures[0],
  })
}

function oneOf(role: string, hosts: readonly HostSpec[], first: boolean): HostSpec {
  const [host] = hosts
  if (host && (first || hosts.length === 1)) return host
  const names = hosts.map(({ name }) => name)
  const shown = names.length > 10 ? [...names.slice(0, 10), `and ${names.length - 10} more`] : names
  throw new ViridianError('E_HOST_AMBIGUOUS', `role "${role}" has ${names.length} hosts`, {
    hint: `name one of them (${shown.join(', ')}), or take the first with --first`,
  })
}
