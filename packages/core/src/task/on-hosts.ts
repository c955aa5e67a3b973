import { reportOf } from '../error.ts'
import { fanOut, hostsError } from '../remote/fan-out.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { Session } from '../run/session.ts'
import { asJson } from '../step/performance.ts'
import type { ArgSpecs, ArgValues } from './args.ts'
import type { HostValues, RemoteTaskContext } from './context.ts'
import type { RemoteTask } from './task.ts'

/** Runs a remote task on every host of its role; each host is recorded, so that a resumed run goes on with the others. */
export async function runOnHosts<Specs extends ArgSpecs, Result>(
  session: Session,
  key: string,
  task: RemoteTask<Specs, Result>,
  args: ArgValues<Specs>,
): Promise<HostValues<Result>> {
  const hosts = await session.calledOn(key, task.role)
  if (hosts.length === 0) {
    const text = `${session.nameOf(task)}: none of the chosen hosts stands in role "${task.role}"`
    session.emit({ kind: 'note', level: 'info', text })
    return {}
  }
  const t = remoteContext(session, args)
  const began = performance.now()
  const common = { key, task: session.nameOf(task), hosts: hosts.length }
  session.emit({ kind: 'hosts.started', ...common, at: new Date().toISOString() })
  const results = await fanOut(hosts, (host) => onHost(session, key, task, t, host), {
    ...task,
    signal: session.engine.signal,
  })
  const ms = Math.round(performance.now() - began)
  session.emit({ kind: 'hosts.finished', ...common, at: new Date().toISOString(), ms })
  const failure = hostsError(results, task.maxFailures, session.nameOf(task))
  if (failure) throw failure
  return Object.fromEntries(
    results.flatMap((each) => (each.status === 'done' ? [[each.host.name, each.value]] : [])),
  )
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

async function onHost<Specs extends ArgSpecs, Result>(
  session: Session,
  parent: string,
  task: RemoteTask<Specs, Result>,
  t: RemoteTaskContext<Specs>,
  spec: HostSpec,
): Promise<Result> {
  const key = `${parent}/${spec.name}`
  const common = { key, parent, host: spec.name }
  const began = performance.now()
  session.emit({ kind: 'host.started', ...common, at: new Date().toISOString() })
  const finished = (error?: unknown): void =>
    session.emit({
      kind: 'host.finished',
      ...common,
      at: new Date().toISOString(),
      ms: Math.round(performance.now() - began),
      ...(error !== undefined && { error: reportOf(error) }),
    })
  try {
    const body = async (): Promise<Result> => {
      const ends: (() => Promise<void>)[] = []
      try {
        return await task.body(
          session.host(spec, common, (end) => void ends.push(end)),
          t,
        )
      } finally {
        await Promise.all(ends.map((end) => end()))
      }
    }
    const value = session.engine.planning ? await body() : await recorded(session, common, spec, body)
    finished()
    return value
  } catch (error) {
    finished(error)
    throw error
  }
}

function recorded<Result>(
  session: Session,
  { key, parent, host }: { key: string; parent: string; host: string },
  spec: HostSpec,
  body: () => Promise<Result>,
): Promise<Result> {
  return session.engine.perform({
    key,
    parent,
    type: 'host',
    step: 'host',
    version: 1,
    title: host,
    input: asJson(spec),
    // What the task function returned is its own affair; a resumed run gets it back as JSON holds it.
    parse: (output) => output as Result,
    prepare: async () => {
      await session.beforeRemoteTask()
      return undefined
    },
    // A resumed run that was killed in mid-task has prepared it before, and asks for leave here.
    work: async () => {
      await session.beforeRemoteTask()
      return body()
    },
  })
}
