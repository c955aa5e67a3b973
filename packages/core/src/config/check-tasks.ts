import { z } from 'zod'
import { type ArgDetails, argProblem, detailsOf, parseArgs } from '../task/args.ts'
import type { Hooks } from '../task/hooks.ts'
import { spreadOf } from '../task/spread.ts'
import { isRemote, type RemoteTaskSettings, type Task } from '../task/task.ts'
import { tasksOf } from '../task/tree.ts'
import type { Config } from './config.ts'
import { anything, type Problem, readingProblems, shapeProblems } from './problem.ts'

const body = z.custom((value) => typeof value === 'function', 'expected a function')

const hooksSchema = z.strictObject({
  before: body.optional(),
  after: body.optional(),
  onFailure: body.optional(),
} satisfies { [Member in keyof Required<Hooks>]: z.ZodType })

/** The outline of a remote task: how it spreads over its hosts is read as it will be. */
const remoteSchema = z.strictObject({
  role: z.string().min(1),
  once: z.boolean(),
  summary: z.string().optional(),
  args: anything,
  hooks: anything,
  body,
  concurrency: anything,
  batches: anything,
  maxFailures: anything,
  onFailure: anything,
  timeout: anything,
  deadline: anything,
  retry: anything,
} satisfies { [Member in keyof Required<RemoteTaskSettings<never>> | 'body']: z.ZodType })

const detailsSchema = z.strictObject({
  type: anything,
  description: z.string().optional(),
  default: anything,
  optional: z.boolean().optional(),
  choices: z.array(z.string()).optional(),
  secret: z.boolean().optional(),
} satisfies { [Member in keyof Required<ArgDetails>]: z.ZodType })

/** What is wrong with the tasks of a configuration. */
export function taskProblems({ tasks }: Config): Problem[] {
  return [...tasksOf(tasks)].flatMap(([name, task]) => {
    const place = `tasks.${name.replaceAll(':', '.')}`
    const subject = { noun: 'task', type: isRemote(task) ? 'RemoteTaskSettings' : 'LocalTaskSettings' }
    return [
      ...(isRemote(task) ? shapeProblems(place, remoteSchema, task, subject) : []),
      ...shapeProblems(`${place}.hooks`, hooksSchema, task.hooks ?? {}, subject),
      ...(isRemote(task) ? readingProblems(() => spreadOf(task), `${place}.`) : []),
      ...argProblems(name, place, task),
    ]
  })
}

function argProblems(task: string, place: string, { args }: Task): Problem[] {
  return Object.entries(args).flatMap(([name, spec]) => {
    const details = detailsOf(spec)
    const subject = { noun: 'task argument', type: 'ArgDetails' }
    const strange = shapeProblems(`${place}.args.${name}`, detailsSchema, details, subject)
    if (strange.length > 0) return strange
    const of = (problem: string): Problem[] => [
      { message: `task "${task}", argument "${name}": ${problem}`, hint: 'change it in its "args"' },
    ]
    const problem = argProblem(name, spec)
    if (problem !== undefined) return of(problem)
    if (details.default === undefined) return []
    return readingProblems(() => parseArgs(task, { [name]: spec }, {})).flatMap(({ message }) =>
      of(`its default cannot be used: ${message}`),
    )
  })
}
