import { ViridianError } from '../error.ts'
import { fanOut, hostsError } from '../remote/hosts/fan-out.ts'
import { hostNames } from '../remote/hosts/host-names.ts'
import { failuresOf, type HostResult, HostsError } from '../remote/hosts/hosts-error.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { Session } from '../run/session.ts'
import type { ArgSpecs, ArgValues } from './args.ts'
import { betweenBatches } from './between-batches.ts'
import type { RemoteTaskContext, TaskContext } from './context.ts'
import { onHost } from './on-host.ts'
import { spreadOf } from './spread.ts'
import type { CallSettings, RemoteTask } from './task.ts'

/** A call of a remote task. */
export interface HostsCall<Specs extends ArgSpecs, Result> {
  readonly session: Session
  readonly key: string
  readonly task: RemoteTask<Specs, Result>
  readonly args: ArgValues<Specs>
  /** What is asked for this time. */
  readonly settings: CallSettings<Specs>
  /** Opens a scope of the task's own under a key. */
  scope(key: string): TaskContext<Specs>
}

/**
 * Runs a remote task on every host of its role; each host is recorded, so that a resumed run goes on with the others.
 *
 * @returns the values by host, or that of the only host of a task that runs once
 */
export async function runOnHosts<Specs extends ArgSpecs, Result>(
  call: HostsCall<Specs, Result>,
): Promise<unknown> {
  const { session, key, args, scope } = call
  const what = session.nameOf(call.task)
  const task: RemoteTask<Specs, Result> = { ...call.task, ...call.settings }
  const spread = spreadOf(task)
  const hosts = await session.hosts.calledOn(key, () => hostsOf(call))
  if (hosts.length === 0) {
    const text = `${what}: none of the chosen hosts stands in role "${task.role}"`
    session.emit({ kind: 'note', level: 'info', text })
    return {}
  }
  const began = performance.now()
  const common = { key, task: what, hosts: hosts.length }
  const names = session.engine.planning && { names: hosts.map(({ name }) => name) }
  session.emit({ kind: 'hosts.started', ...common, ...names, at: new Date().toISOString() })
  const remote = { session, key, task, spread, t: remoteContext(session, args) }
  const between = betweenBatches({ session, key, spread, scope })
  let isHalted = false
  const results = await fanOut(hosts, (host, signal) => onHost(remote, host, signal), {
    ...spread.fanOut,
    ...(between && {
      // What fails in between stops the run, by which no further host begins.
      between: (ended, left) =>
        between(ended, left).catch((error: unknown) => {
          session.engine.fail(error)
          isHalted = true
        }),
    }),
    signal: session.engine.signal,
  })
  const ms = Math.round(performance.now() - began)
  session.emit({ kind: 'hosts.finished', ...common, at: new Date().toISOString(), ms })
  if (isHalted) {
    const names = results.filter(({ status }) => status === 'skipped').map(({ host }) => host.name)
    session.emit({ kind: 'note', level: 'warning', text: `${what}: not begun on ${hostNames(names)}` })
  }
  const isOfRun = call.settings.hosts !== undefined || session.hosts.isAssigned(task.role)
  const failure = hostsError(results, task.maxFailures, what, { isOfRun })
  if (failure) throw failure
  tellTolerated(session, results, what)
  const values = results.flatMap((each) =>
    each.status === 'done' ? [[each.host.name, each.value] as const] : [],
  )
  return task.once ? values[0]?.[1] : Object.fromEntries(values)
}

/** Why hosts failed though the task has not: what is borne is not passed over. */
function tellTolerated(session: Session, results: readonly HostResult[], what: string): void {
  if (failuresOf(results).length === 0) return
  const { message } = new HostsError(results, what)
  session.emit({ kind: 'note', level: 'warning', text: `${message}\n  no more than may: the task goes on` })
}

async function hostsOf<Specs extends ArgSpecs, Result>({
  session,
  key,
  task,
  settings,
}: HostsCall<Specs, Result>): Promise<readonly HostSpec[]> {
  const what = session.nameOf(task)
  const hosts = settings.hosts
    ? await session.hosts.listed(settings.hosts, `the call of ${what}`, key)
    : await session.hosts.of(task.role, key)
  if (hosts.length === 0 && (settings.hosts || task.once)) {
    const none = settings.hosts
      ? 'is called on no hosts'
      : `finds none of the chosen hosts in role "${task.role}"`
    throw new ViridianError('E_HOSTS_NONE', `${what} ${none}`, {
      hint: settings.hosts ? 'leave the call out, or its "hosts"' : 'choose one of its hosts as well',
    })
  }
  return task.once ? hosts.slice(0, 1) : hosts
}

function remoteContext<Specs extends ArgSpecs>(
  session: Session,
  args: ArgValues<Specs>,
): RemoteTaskContext<Specs> {
  return {
    args,
    runId: session.identity.id,
    stage: session.identity.stage,
    signal: session.engine.signal,
    say: (text) => session.emit({ kind: 'note', level: 'info', text }),
    render: (template, data = {}) => session.render(template, data),
    secret: (value) => {
      session.mask.add(value)
      return value
    },
  }
}
