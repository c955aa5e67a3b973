import { addressesOf, balancersOf, concreteName, Front, healthCalls, membersOf, poll } from '@viridian/aws'
import { defineCheck, isViridianError, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Answer, ask, type Question } from './ask.ts'
import { Expectation, expectationText, isMet } from './expectation.ts'
import { httpListener, listenerCalls } from './http-listener.ts'

const Options = z.strictObject({
  path: z.string().startsWith('/'),
  host: z.string().optional(),
  port: z.int().optional(),
  status: z.int().optional(),
  expect: Expectation.optional(),
  https: z.boolean().optional(),
  insecure: z.boolean().optional(),
})
const Input = Options.extend({ front: Front })
type Input = z.infer<typeof Input>

/** What a smoke test asks, and what it takes for an answer. */
export interface SmokeOptions {
  /** What is asked for, from its slash on: `/version?full`. */
  readonly path: string
  /** What the Host header says, and whom the certificate is for; of a wildcard one of its names. @default the balancer's DNS name */
  readonly host?: string
  /** The balancer's port that is asked. @default that of its first HTTP or HTTPS listener */
  readonly port?: number | undefined
  /** The HTTP status that is wanted. @default 200 */
  readonly status?: number
  /** Text that the body contains, or members that it has as JSON. @default any body */
  readonly expect?: Expectation
  /** Whether it is asked over TLS. @default as the listener of the port */
  readonly https?: boolean
  /** Takes any certificate: for one that is signed by itself. @default false */
  readonly insecure?: boolean
}

/** How long a new balancer's name may take to be known everywhere. */
const resolvedWithinMs = 180_000
const fewestRequests = 5
const requestsPerInstance = 3

/**
 * Asks a service through its load balancer itself, at every address, often enough that every instance is likely to have
 * answered.
 */
export const smokeTest = defineCheck({
  name: 'aws-elb/smoke-test',
  version: 3,
  input: Input,
  output: z.null(),
  calls: [...listenerCalls, ...healthCalls],
  title: ({ front, path }) => `ask for ${path} through ${front.name}`,
  run: async (input, c) => {
    const question = await questionFor(c, input)
    const addresses = await resolved(c, input.front)
    const count = Math.max(fewestRequests, requestsPerInstance * (await countInService(c, input.front)))
    for (let asked = 0; asked < count; asked += 1) {
      c.progress(`${asked} of ${count} answers from ${addresses.join(', ')}`)
      await Promise.all(addresses.map((address) => tryOut(input, { ...question, address })))
    }
    return null
  },
})

async function questionFor(
  c: StepContext,
  { front, path, host = front.dnsName, port: asked, https, insecure = false }: Input,
): Promise<Omit<Question, 'address'>> {
  const { port, isSecure } = await httpListener(c, front, asked)
  return { path, host: concreteName(host), port, https: https ?? isSecure, insecure, signal: c.signal }
}

async function resolved(c: StepContext, { dnsName }: Front): Promise<string[]> {
  await c.environment()
  return poll(c, {
    what: `${dnsName} known to name servers`,
    deadlineMs: resolvedWithinMs,
    hint: 'from outside its network an internal balancer may have no name: run the task inside',
    look: async () => {
      try {
        const addresses = await addressesOf(dnsName)
        return addresses.length > 0 ? { done: addresses } : { waiting: `${dnsName} leads nowhere` }
      } catch (error) {
        // The next time may find a resolver that fails now.
        if (isViridianError(error) && error.code === 'E_RESOLVE_FAILED') return { waiting: error.message }
        throw error
      }
    },
  })
}

/** Those that serve behind it, each once, whatever target groups it is in. */
async function countInService(c: StepContext, front: Front): Promise<number> {
  const members = await Promise.all(balancersOf(front).map((each) => membersOf(each).inService(c)))
  return new Set(members.flat()).size
}

/** @throws ViridianError `E_SMOKE_FAILED` */
async function tryOut({ status = 200, expect }: Input, question: Question): Promise<void> {
  const { address, port, https, host, path, signal } = question
  const wanted = [`status ${status}`, ...(expect === undefined ? [] : [expectationText(expect)])].join(
    ' and ',
  )
  const fail = (what: string, cause?: unknown): ViridianError =>
    new ViridianError(
      'E_SMOKE_FAILED',
      `${http(https)}://${address}:${port}${path} (Host: ${host}) ${what}; expected ${wanted}`,
      {
        hint: "look at the instances' log of requests, and at the balancer's listener",
        ...(cause !== undefined && { cause }),
      },
    )
  const answer = await ask(question).catch((error: unknown) => {
    signal.throwIfAborted()
    throw fail(`did not answer: ${error instanceof Error ? error.message : error}`, error)
  })
  if (answer.status === status && (expect === undefined || isMet(expect, answer.body))) return
  throw fail(`answered ${answerText(answer)}`)
}

const http = (https: boolean): string => (https ? 'https' : 'http')

const answerText = ({ status, body }: Answer): string =>
  body === '' ? `${status} without a body` : `${status}: ${body.slice(0, 200)}`
