import type { StepContext } from '@viridian/core'

/** What carries one attempt out, as the SDK's middleware has it. */
type Attempt<Call, Answer> = (call: Call) => Promise<Answer>

export interface UnansweredCall {
  /** As IAM names it: `ec2:RunInstances`. */
  readonly call: string
  /** After how long an attempt gives up. */
  readonly timeoutMs: number
}

/** Throttling passes, and is worth many attempts; an endpoint that lets each of them wait in vain will not come round. */
const attempts = 3

/**
 * Around each attempt of a call: says that an answer has not come, so that a person does not look at minutes of silence,
 * and gives up earlier than after other failures.
 */
export function tellingOfSilence(c: StepContext, { call, timeoutMs }: UnansweredCall) {
  let unanswered = 0
  return <Call, Answer>(next: Attempt<Call, Answer>): Attempt<Call, Answer> =>
    async (input) => {
      const began = performance.now()
      try {
        return await next(input)
      } catch (error) {
        // A connection that is not made in time is given up much earlier.
        const isSilence =
          error instanceof Error &&
          error.name === 'TimeoutError' &&
          performance.now() - began > timeoutMs * 0.9
        if (!isSilence) throw error
        unanswered += 1
        const says = `${call} has not been answered for ${timeoutMs / 1000} s`
        // By a name that the SDK does not try again for.
        if (unanswered === attempts)
          throw Object.assign(new Error(`in ${attempts} attempts of ${timeoutMs / 1000} s`), {
            name: 'NoAnswer',
          })
        c.emit({
          kind: 'aws.unanswered',
          data: { call, attempt: unanswered, of: attempts },
          text: [`! ${says}: trying again, ${unanswered + 1} of ${attempts}`],
        })
        throw error
      }
    }
}
