import { basename } from 'node:path'
import type { Project } from '../cli/project.ts'
import { tasksOf } from '../task/tree.ts'
import type { Check, CheckContext } from './check.ts'
import { loading } from './report.ts'

const group = 'Task file'

/** @param stage - the one that is asked for, where there is a task file that knows any */
export const taskFileChecks = (project: Project, stage: string): readonly Check[] => [
  {
    name: loading,
    group,
    title: 'the task file',
    run: async () => {
      const { config, file } = project.loaded
      const count = tasksOf(config.tasks).size
      return { verdict: 'ok', says: `${basename(file)} with ${count} ${count === 1 ? 'task' : 'tasks'}` }
    },
  },
  {
    name: 'task-file/stage',
    group,
    title: 'the stage',
    run: async (c) => {
      if (!project.config) return []
      await refuseBroken(c)
      const reach = c.isRehearsal ? 'a rehearsal: no real account is reached' : 'real accounts and hosts'
      const where = project.config.stages ? `stage ${stage}` : 'no stages'
      return { verdict: 'ok', says: `${where}, ${reach}` }
    },
  },
]

/** A stage that is not open is well; one of which that cannot be told is not. */
async function refuseBroken(c: CheckContext): Promise<void> {
  const trouble = await c.environment().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.cause : error),
  )
  if (trouble !== undefined) throw trouble
}
