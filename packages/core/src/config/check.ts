import { z } from 'zod'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import { sshSchema } from '../remote/ssh-schema.ts'
import { isTask } from '../task/task.ts'
import { tasksOf } from '../task/tree.ts'
import { roleProblems, rolesShape } from './check-roles.ts'
import { taskProblems } from './check-tasks.ts'
import type { Config, Stage } from './config.ts'
import { anything, type Problem, readOnce, shapeProblems } from './problem.ts'

const plugins = z.array(
  z.looseObject({ name: z.string() }, { error: 'expected a plugin: call its factory, as in ec2()' }),
)

const shape = z.looseObject({
  tasks: z.record(z.string(), z.unknown(), { error: 'expected tasks by name: { uptime, restart }' }),
  plugins: plugins.optional(),
  roles: rolesShape.optional(),
  stages: z
    .record(
      z.string(),
      z.looseObject({
        plugins: plugins.optional(),
        roles: rolesShape.optional(),
        env: z.record(z.string(), z.string()).optional(),
        defaults: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
  defaultStage: z.string().optional(),
})

/**
 * Sees that what a task file exports is a configuration.
 *
 * @throws ViridianError `E_CONFIG_INVALID`
 */
export function checkConfig(value: unknown, file: string): Config {
  const invalid = (message: string, hint = exportHint): ViridianError =>
    new ViridianError('E_CONFIG_INVALID', message, { place: { file }, hint })
  if (value === undefined) throw invalid('the file has no default export')
  if (typeof value !== 'object' || value === null)
    throw invalid(`the default export is a ${value === null ? 'null' : typeof value}, not a configuration`)
  const parsed = shape.safeParse(value, readOnce)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw invalid(`the configuration is not valid at ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const stray = strayTask(parsed.data.tasks, [])
  if (stray)
    throw invalid(
      `tasks.${stray} is neither a task nor a record of tasks`,
      'make it one: task({ … }, async (t) => { … }), or remoteTask',
    )
  // Its shape is what `Config` says; functions in it are the user's and are checked by their compiler.
  const config = value as Config
  const [problem] = [
    ...memberProblems(config),
    ...taskProblems(config),
    ...stageProblems(config),
    ...roleProblems(config),
  ]
  if (problem) throw invalid(problem.message, problem.hint)
  return config
}

const exportHint = 'the default export must be defineConfig({ tasks: { … } })'

const configMembers = z.strictObject({
  plugins: anything,
  roles: anything,
  tasks: anything,
  ssh: anything,
  stages: anything,
  defaultStage: anything,
} satisfies { [Member in keyof Required<Config>]: z.ZodType })

const stageMembers = z.strictObject({
  plugins: anything,
  roles: anything,
  ssh: anything,
  env: anything,
  defaults: anything,
} satisfies { [Member in keyof Required<Stage>]: z.ZodType })

/** Members that a configuration or a stage may not have, and what is wrong with their ssh settings. */
function memberProblems(config: Config): Problem[] {
  const of = (place: string, members: z.ZodObject, value: Config | Stage, noun: string, type: string) => [
    ...shapeProblems(place, members, value, { noun, type }),
    ...shapeProblems(place === '' ? 'ssh' : `${place}.ssh`, sshSchema, value.ssh ?? {}, {
      noun,
      type: 'SshDefaults',
    }),
  ]
  return [
    ...of('', configMembers, config, 'configuration', 'Config'),
    ...Object.entries(config.stages ?? {}).flatMap(([name, stage]) =>
      of(`stages.${name}`, stageMembers, stage, 'stage', 'Stage'),
    ),
  ]
}

function stageProblems({ tasks, stages = {}, defaultStage }: Config): Problem[] {
  const names = Object.keys(stages)
  const unknown =
    defaultStage === undefined || names.includes(defaultStage)
      ? []
      : [
          {
            message: `defaultStage "${defaultStage}" is not one of stages`,
            hint: suggestion(defaultStage, names) ?? `there are ${names.join(', ') || 'none'}`,
          },
        ]
  const args = [...new Set([...tasksOf(tasks).values()].flatMap(({ args }) => Object.keys(args)))]
  const strayDefaults = Object.entries(stages).flatMap(([stage, { defaults = {} }]) =>
    Object.keys(defaults)
      .filter((name) => !args.includes(name))
      .map((name) => ({
        message: `stages.${stage}.defaults.${name} is an argument of no task`,
        hint: suggestion(name, args) ?? `arguments are named ${args.join(', ') || 'nowhere'}`,
      })),
  )
  return [...unknown, ...strayDefaults]
}

function strayTask(tree: Record<string, unknown>, path: string[]): string | undefined {
  for (const [name, value] of Object.entries(tree)) {
    if (isTask(value)) continue
    if (typeof value !== 'object' || value === null) return [...path, name].join('.')
    const stray = strayTask({ ...value }, [...path, name])
    if (stray) return stray
  }
  return undefined
}
