import { formatDuration } from '../duration.ts'
import { reportOf, ViridianError } from '../error.ts'
import { isOf } from '../remote/hosts/reasons.ts'
import { withRetry } from '../remote/running/retry.ts'
import { timeLimited } from '../remote/running/time-limit.ts'
import type { HostSpec } from '../remote/transport.ts'
import type { Session } from '../run/session.ts'
import { inItsTurn } from '../step/engine.ts'
import { asJson } from '../step/performance.ts'
import { recordable } from '../step/recordable.ts'
import type { ArgSpecs } from './args.ts'
import { BegunWork } from './begun-work.ts'
import type { RemoteTaskContext } from './context.ts'
import type { Spread } from './spread.ts'
import type { RemoteTask } from './task.ts'
import { unlessStopped } from './unless-stopped.ts'

/** A remote task as it is called this time. */
export interface RemoteCall<Specs extends ArgSpecs, Result> {
  readonly session: Session
  readonly key: string
  readonly task: RemoteTask<Specs, Result>
  readonly spread: Spread<Specs>
  readonly t: RemoteTaskContext<Specs>
}

/** Runs a remote task on one host, recorded: a resumed run gives its outcome back. */
export async function onHost<Specs extends ArgSpecs, Result>(
  call: RemoteCall<Specs, Result>,
  spec: HostSpec,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const { session, key: parent } = call
  const common = { key: `${parent}/${spec.name}`, parent, host: spec.name }
  const began = performance.now()
  session.emit({ kind: 'host.started', ...common, at: new Date().toISOString() })
  const finished = (failure?: { readonly error: unknown }): void =>
    session.emit({
      kind: 'host.finished',
      ...common,
      at: new Date().toISOString(),
      ms: Math.round(performance.now() - began),
      ...(failure && { error: reportOf(failure.error) }),
    })
  let hadBegun = false
  const onCommand = (): void => {
    hadBegun = true
  }
  const step = { ...common, spec, onCommand }
  try {
    const value = session.engine.planning
      ? await once(call, step, undefined)
      : await recorded(session, step, {
          work: () => tried(call, step, signal),
          hadBegun: () => hadBegun,
        })
    finished()
    return value
  } catch (error) {
    finished({ error })
    throw error
  }
}

interface HostStep {
  readonly key: string
  readonly parent: string
  readonly host: string
  readonly spec: HostSpec
  readonly onCommand: () => void
}

/** Within the time of a host, and again when it fails. */
function tried<Specs extends ArgSpecs, Result>(
  call: RemoteCall<Specs, Result>,
  step: HostStep,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const { session, spread } = call
  const { spec } = step
  const { timeout: limit, retry } = spread
  const late = (): ViridianError =>
    new ViridianError('E_HOST_TIMEOUT', `${spec.name}: took longer than ${formatDuration(limit ?? 0)}`, {
      hint: 'its commands were ended; give it a longer timeout, or see what it waits for',
      place: { host: spec.name },
    })
  const attempt = (): Promise<Result> => timeLimited(limit, signal, late, (own) => once(call, step, own))
  const around = {
    signal: signal ?? session.engine.signal,
    say: (text: string) => session.emit({ kind: 'note', level: 'warning', text: told(spec, text) }),
    mayPass: () => true,
  }
  return withRetry(retry, around, attempt)
}

const told = ({ name }: HostSpec, text: string): string => (isOf(name, text) ? text : `${name}: ${text}`)

/** What the function has opened ends with it. */
async function once<Specs extends ArgSpecs, Result>(
  { session, task, t }: RemoteCall<Specs, Result>,
  { spec, onCommand, ...shown }: HostStep,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const ends: (() => Promise<void>)[] = []
  const work = new BegunWork(spec.name, signal ?? session.engine.signal)
  const host = session.host(spec, shown, {
    onCommand,
    signal: work.signal,
    atEnd: (end) => void ends.push(end),
    track: (order, begin) => work.track(order, session.engine.planning ? () => inItsTurn(begin()) : begin),
  })
  try {
    const value = await unlessStopped(work.signal, task.body(host, t))
    work.refuseOpen()
    return value
  } finally {
    await Promise.all(ends.map((end) => end())).finally(() => work.end())
  }
}

function recorded<Result>(
  session: Session,
  { key, parent, host, spec }: HostStep,
  { work, hadBegun }: { readonly work: () => Promise<Result>; readonly hadBegun: () => boolean },
): Promise<Result> {
  // A refusal is of the run, not of a host.
  const leave = (): Promise<void> =>
    session.beforeRemoteTask().catch((error: unknown) => {
      session.engine.fail(error)
      throw error
    })
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
      await leave()
      return undefined
    },
    // A resumed run that was killed in mid-task has prepared it before, and asks for leave here.
    work: async () => {
      await leave()
      return recordable(await work(), `${host}: what its task returned`)
    },
    hadBegun,
  })
}
