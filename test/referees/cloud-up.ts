import { type CloudStatus, ended, onLine, type Project } from '../project.ts'

/** Runs `tasks cloud up` until the project is removed; resolves when its fleet serves. */
export function cloudUp(project: Project, ...flags: string[]): Promise<CloudStatus> {
  const child = project.start(['cloud', 'up', '--json', ...flags])
  return new Promise((resolve, reject) => {
    onLine(child, (line) => resolve(JSON.parse(line)))
    ended(child).then(
      ({ exitCode, stdout, stderr }) =>
        reject(new Error(`tasks cloud up ended with ${exitCode}\n${stdout}${stderr}`)),
      reject,
    )
  })
}
