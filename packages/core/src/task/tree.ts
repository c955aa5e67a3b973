import type { TaskTree } from '../config/config.ts'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import { isTask, type Task } from './task.ts'

/** The tasks of a tree by their full names: `deploy:bluegreen`. */
export function tasksOf(tree: TaskTree, prefix = ''): Map<string, Task> {
  const tasks = new Map<string, Task>()
  for (const [name, value] of Object.entries(tree)) {
    if (isTask(value)) tasks.set(`${prefix}${name}`, value)
    else for (const [inner, task] of tasksOf(value, `${prefix}${name}:`)) tasks.set(inner, task)
  }
  return tasks
}

export const namesOf = (tree: TaskTree): Map<Task, string> =>
  new Map([...tasksOf(tree)].map(([name, task]) => [task, name]))

/** @throws ViridianError `E_TASK_UNKNOWN` with the nearest names */
export function taskNamed(tree: TaskTree, name: string): Task {
  const tasks = tasksOf(tree)
  const task = tasks.get(name)
  if (task) return task
  throw new ViridianError('E_TASK_UNKNOWN', `there is no task "${name}"`, {
    hint: suggestion(name, [...tasks.keys()]) ?? 'run "tasks list" to see them',
  })
}
