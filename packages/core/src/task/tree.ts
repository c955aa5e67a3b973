import type { TaskTree } from '../config/config.ts'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import { isTask, type Task } from './task.ts'

/** The tasks of a tree by their full names: `deploy:bluegreen`. */
export const tasksOf = (tree: TaskTree): Map<string, Task> => new Map(namedTasks(tree))

/** Every task of a tree with its full name, which another one may have, too. */
export const namedTasks = (tree: TaskTree, prefix = ''): (readonly [string, Task])[] =>
  Object.entries(tree).flatMap(([name, value]) =>
    isTask(value) ? [[`${prefix}${name}`, value] as const] : namedTasks(value, `${prefix}${name}:`),
  )

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
