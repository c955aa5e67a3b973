import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, isKill } from './fault.ts'
import type { Field } from './field.ts'
import type { Answer, Call, Verdict } from './gate.ts'

/** So many calls are throttled before one gets through. */
const throttles = 3
const staleAnswers = 2

/** What a strike at a call needs to know of its run. */
export interface Struck {
  readonly field: Field
  readonly call: Call
  /** How many attempts came before at this address. */
  readonly earlier: number
  /** The answer to the same call before the last change. */
  readonly stale: Answer | undefined
  /** Sends the run's process a signal. */
  readonly signal: (signal: NodeJS.Signals) => void
}

/** Ctrl-C, the end of a CI job, a closed terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The faults after the first attempt of which the next ones go through. */
const strikesOnce: readonly Fault[] = ['answer lost', 'hung', 'done and hung']
const passes = (fault: Fault, earlier: number): boolean =>
  earlier > 0 && (strikesOnce.includes(fault) || isKill(fault))

/** Does a fault to a call. */
export async function strikeCall(
  fault: Fault,
  { field, call, earlier, stale, signal }: Struck,
): Promise<Verdict> {
  const { operation, pass } = call
  if (passes(fault, earlier)) return pass()
  switch (fault) {
    case 'throttled':
      if (earlier < throttles) await field.faults({ rules: [{ operation, kind: 'throttle' }] })
      return pass()
    case 'refused':
    case 'refused, then stale':
      await field.faults({ rules: [refusal(operation)] })
      return pass()
    case 'answer lost':
      await pass()
      return 'cut'
    case 'hung':
      return 'silence'
    case 'done and hung':
      await pass()
      return 'silence'
    case 'stale':
      if (earlier < staleAnswers && stale) return stale
      if (earlier === 0) await field.faults({ eventualConsistency: 40 })
      return pass()
    case 'interrupted':
      if (earlier === 0) signal(signals[field.runs % signals.length] ?? 'SIGINT')
      return pass()
    case 'killed before, resumed':
    case 'killed before, rolled back':
      signal('SIGKILL')
      return 'silence'
    case 'killed after, resumed':
    case 'killed after, rolled back':
      await pass()
      signal('SIGKILL')
      return 'silence'
    default:
      throw new Error(`no call can be ${fault}`)
  }
}

const refusal = (operation: string) => ({
  operation,
  kind: 'refuse',
  code: 'UnauthorizedOperation',
  message: 'You are not authorized to perform this operation.',
  status: 403,
})

const commandKinds: Partial<Record<Fault, string>> = {
  refused: 'refuse',
  reset: 'cut',
  hung: 'hang',
  'exit 1': 'spoil',
  'host gone': 'cut',
  'answer lost': 'lose',
  'done and hung': 'mute',
  interrupted: 'hang',
  'killed before, resumed': 'hang',
  'killed before, rolled back': 'hang',
  'killed after, resumed': 'mute',
  'killed after, rolled back': 'mute',
}

export interface StruckCommand {
  readonly field: Field
  /** How many commands of the run pass before. */
  readonly skip: number
  /** The process of the run, once it is there. */
  readonly child: () => ChildProcess | undefined
  /** The host that was given a command last. */
  readonly host: () => string | undefined
}

/** Does a fault to a command: arms the cloud with it, and sees to the rest when it strikes. True when it has struck. */
export async function strikeCommand(
  fault: Fault,
  { field, skip, child, host }: StruckCommand,
  over: AbortSignal,
): Promise<boolean> {
  const past = (await field.commands()).length
  await field.faults({ rules: [{ operation: 'ssh:Exec', kind: commandKinds[fault], skip }] })
  while (!over.aborted && (await field.pending()) > 0) await sleep(20)
  if (over.aborted) return (await field.pending()) === 0
  if (fault === 'host gone') await field.account.terminate(host() ?? '')
  if (fault.startsWith('killed after'))
    while (!over.aborted && (await field.commands())[past + skip]?.status === 0) await sleep(10)
  if (fault.startsWith('killed')) child()?.kill('SIGKILL')
  if (fault === 'interrupted') child()?.kill('SIGINT')
  return true
}
