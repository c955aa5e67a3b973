import { columns } from '../output/columns.ts'
import { contained } from '../output/contained.ts'
import { isRemote } from '../task/task.ts'
import { tasksOf } from '../task/tree.ts'
import type { Globals } from './globals.ts'
import type { Print } from './print.ts'
import type { Project } from './project.ts'

/**
 * `tasks list`: every task with its summary; they are the same on every stage.
 *
 * @throws ViridianError `E_STAGE_UNKNOWN`
 */
export function listTasks(project: Project, { json, stage }: Globals, print: Print): void {
  project.stage(stage)
  const tasks = [...tasksOf(project.loaded.config.tasks)].map(([name, task]) => ({
    name,
    summary: task.summary ?? '',
    ...(isRemote(task) && { role: task.role }),
    args: Object.keys(task.args),
  }))
  if (json) {
    print(JSON.stringify({ kind: 'tasks', tasks }))
    return
  }
  const rows = tasks.map(({ name, summary, role }) => [
    name,
    // A line is a task.
    contained(summary).replaceAll(/\s+/g, ' ') || (role === undefined ? '' : `on every host of "${role}"`),
  ])
  for (const line of columns(rows)) print(line)
}
