import { z } from 'zod'
import { formatDuration, parseTimer } from '../duration.ts'
import { isViridianError, ViridianError } from '../error.ts'
import { orFailure } from '../process-failures.ts'
import type { Session } from '../run/session.ts'
import { stageClosed } from '../run/stage.ts'
import type { Check, CheckContext, Finding } from './check.ts'
import { failure } from './failure.ts'
import type { CheckLine } from './report.ts'

const usualLimit = '15s'

const finding = z.object({
  verdict: z.enum(['ok', 'warning', 'problem']),
  says: z.string(),
  hint: z.string().optional(),
  place: z.record(z.string(), z.unknown()).optional(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
})

/** Does a check, and tells what it has seen: within its time, whatever it does, and with secrets masked. */
export async function examine(check: Check, session: Session, stateDirectory: string): Promise<CheckLine[]> {
  const began = performance.now()
  const found = await inTime(check, session, stateDirectory).catch((thrown: unknown) => [
    failure(thrown, isViridianError(thrown) ? '' : `${check.title}: `),
  ])
  const ms = Math.round(performance.now() - began)
  const { name, group } = check
  return found.map(({ verdict, says, hint = null, place = null, error = null }) => {
    const line = { kind: 'check' as const, check: name, group, says, hint, place, ms }
    const isSkipped = error?.code === stageClosed
    return session.mask.deep(
      isSkipped ? { ...line, verdict: 'skipped', error: null } : { ...line, verdict, error },
    )
  })
}

async function inTime(check: Check, session: Session, stateDirectory: string): Promise<Finding[]> {
  const limit = parseTimer(check.timeout ?? usualLimit, `the time of ${check.name}`)
  const late = new AbortController()
  const expired = new Promise<never>((_, reject) => {
    late.signal.addEventListener('abort', () => reject(late.signal.reason))
  })
  // Where nothing else is left to wait for, that is told at once.
  const timer = setTimeout(() => late.abort(tooLate(check, limit)), limit).unref()
  const signal = AbortSignal.any([late.signal, session.engine.signal])
  const context: CheckContext = {
    ...session.contextFor({ key: `/${check.name}` }, signal),
    stateDirectory,
    isRehearsal: session.isRehearsal,
    secret: (text) => session.mask.add(text),
  }
  try {
    const answer = await orFailure(check.title, () => Promise.race([check.run(context), expired]))
    const findings = [answer].flat()
    // A plugin that no compiler has seen may answer anything.
    z.array(finding).parse(findings)
    return findings
  } catch (error) {
    // What it throws since its time is over is no news.
    if (late.signal.aborted) throw late.signal.reason
    if (error instanceof z.ZodError) throw unlike(check, error)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const tooLate = ({ title }: Check, limit: number): ViridianError =>
  new ViridianError('E_CHECK_TIMEOUT', `${title}: no answer within ${formatDuration(limit)}`, {
    hint: 'see whether what it asks can be reached from here',
  })

const unlike = ({ name }: Check, { issues: [issue] }: z.ZodError): ViridianError =>
  new ViridianError(
    'E_CHECK_ANSWER',
    `the check ${name} gave no finding: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`,
    { hint: "its plugin is wrong: a finding is { verdict: 'ok', says: '…' }" },
  )
