import { z } from 'zod'
import { type ArgDetails, argProblem, detailsOf, parseArgs } from '../task/args.ts'
import type { Hooks } from '../task/hooks.ts'
import { spreadOf } from '../task/spread.ts'
import { isRemote, type LocalTaskSettings, type RemoteTaskSettings, type Task } from '../task/task.ts'
import { namedTasks } from '../task/tree.ts'
import type { Config } from './config.ts'
import { anything, type Problem, readingProblems, shapeProblems } from './problem.ts'

const aFunction = z.custom((value) => typeof value === 'function', 'expected a function')
const body = z.custom(
  (value) => typeof value === 'function',
  'expected a function: a task is given its settings, and then what it does',
)

const hooksSchema = z.strictObject({
  before: aFunction.optional(),
  after: aFunction.optional(),
  onFailure: aFunction.optional(),
} satisfies { [Member in keyof Required<Hooks>]: z.ZodType })

const localSchema = z.strictObject({
  summary: z.string().optional(),
  args: anything,
  hooks: anything,
  locks: aFunction,
  body,
} satisfies { [Member in keyof Required<LocalTaskSettings<never>> | 'body']: z.ZodType })

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
  revisable: z.boolean().optional(),
} satisfies { [Member in keyof Required<ArgDetails>]: z.ZodType })

/** What is wrong with the tasks of a configuration. */
export function taskProblems({ tasks }: Config): Problem[] {
  const named = namedTasks(tasks)
  return [
    ...nameProblems(named.map(([name]) => name)),
    ...named.flatMap(([name, task]) => {
      const place = `tasks.${name.replaceAll(':', '.')}`
      const [schema, type] = isRemote(task)
        ? ([remoteSchema, 'RemoteTaskSettings'] as const)
        : ([localSchema, 'LocalTaskSettings'] as const)
      const subject = { noun: 'task', type }
      return [
        ...shapeProblems(place, schema, task, subject),
        ...shapeProblems(`${place}.hooks`, hooksSchema, task.hooks ?? {}, subject),
        ...(isRemote(task) ? readingProblems(() => spreadOf(task), `${place}.`) : []),
        ...argProblems(name, place, task),
      ]
    }),
  ]
}

/** Names that no command could mean, or that mean two tasks. */
const nameProblems = (names: readonly string[]): Problem[] =>
  names.flatMap((name, index) => {
    if (!name.split(':').every((part) => /^[^-\s]\S*$/.test(part)))
      return [
        {
          message: `no task can be named ${JSON.stringify(name)}`,
          hint: 'a name, and that of a namespace, is one word, and does not begin with a dash',
        },
      ]
    if (names.indexOf(name) === index) return []
    return [
      {
        message: `two tasks are named ${name}`,
        hint: `write each once: in a record as { ${name.replace(':', ': { ')} }, or with the colon in its name`,
      },
    ]
  })

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
