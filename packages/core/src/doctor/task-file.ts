import { basename } from 'node:path'
import type { Project } from '../cli/project.ts'
import { tasksOf } from '../task/tree.ts'
import type { Check } from './check.ts'
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
    run: async ({ isRehearsal }) => {
      if (!project.config) return []
      const reach = isRehearsal ? 'a rehearsal: no real account is reached' : 'real accounts and hosts'
      const where = project.config.stages ? `stage ${stage}` : 'no stages'
      return { verdict: 'ok', says: `${where}, ${reach}` }
    },
  },
]
