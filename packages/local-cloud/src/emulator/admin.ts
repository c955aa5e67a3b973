import { ZodError, z } from 'zod'
import type { CallLog } from './call-log.ts'
import type { Faults } from './faults.ts'
import type { Service } from './service.ts'
import type { WireAnswer, WireRequest } from './wire/protocol.ts'

/** Paths of the cloud's own, beside AWS's. */
export const adminPrefix = '/_viridian/'

/** What is administered, and who may. */
export interface Administered {
  readonly secret: string
  readonly faults: Faults
  readonly log: CallLog
  readonly services: readonly Service[]
  readonly questions?: Questions
}

/** What else can be asked, by `POST /_viridian/NAME`: each answers to the JSON that it is sent. */
export type Questions = Readonly<Record<string, (asked: unknown) => Promise<object>>>

/**
 * `GET|POST|DELETE /_viridian/faults`, `GET /_viridian/calls` and `GET /_viridian/operations`, and what services and whoever
 * opened the cloud answer. A web page can reach loopback, but it cannot know the secret, nor send its header to another origin.
 */
export async function administer(
  request: WireRequest,
  { secret, faults, log, services, questions = {} }: Administered,
): Promise<WireAnswer> {
  if (request.headers['x-viridian-secret'] !== secret) {
    return json(403, { error: 'The header x-viridian-secret must be the secret access key of this cloud.' })
  }
  const path = request.path.slice(adminPrefix.length)
  const what = `${request.method} ${path}`
  const question = request.method === 'POST' && Object.hasOwn(questions, path) && questions[path]
  if (question) return answered(request, question)
  switch (what) {
    case 'GET calls':
      return json(200, log.calls)
    case 'GET operations':
      // Both generations of load balancing have the same name, and operations of the same names.
      return json(200, [...new Set(services.flatMap(operationsOf))])
    case 'GET faults':
      return json(200, settingsOf(faults))
    case 'POST faults':
      return addFaults(request, faults)
    case 'DELETE faults':
      faults.clear()
      return json(200, settingsOf(faults))
    default:
      return json(404, {
        error: `${what} is not known; there are GET calls, GET operations and GET, POST, DELETE faults.`,
      })
  }
}

/** What a service offers, as `ec2:RunInstances`; by the AWS CLI's name as well, where that is another. */
function operationsOf({ signingName, command = signingName, handlers }: Service): string[] {
  const names = new Set([signingName, command])
  return Object.keys(handlers).flatMap((operation) => [...names].map((name) => `${name}:${operation}`))
}

function addFaults(request: WireRequest, faults: Faults): Promise<WireAnswer> {
  return answered(request, async (settings) => {
    faults.add(settings)
    return settingsOf(faults)
  })
}

/** What is asked for in a wrong form is refused. */
async function answered(
  request: WireRequest,
  answer: (asked: unknown) => Promise<object>,
): Promise<WireAnswer> {
  try {
    return json(200, await answer(JSON.parse(request.body.toString('utf8'))))
  } catch (error) {
    if (error instanceof ZodError) return json(400, { error: z.prettifyError(error) })
    if (error instanceof SyntaxError) return json(400, { error: error.message })
    throw error
  }
}

function settingsOf({ rules, latency, eventualConsistency, freeDisk }: Faults): object {
  return { rules, latency, eventualConsistency, freeDisk }
}

function json(status: number, value: unknown): WireAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
