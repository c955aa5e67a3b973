import { readFileSync } from 'node:fs'

/** A path with its leading `~` or `~user` put in full; undefined: there is no such user here. */
export function expandHome(path: string, home: string): string | undefined {
  const [, user, rest = ''] = /^~([^/]*)\/*(.*)$/s.exec(path) ?? []
  if (user === undefined) return path
  const directory = user === '' ? home : homeOf(user)
  return directory === undefined ? undefined : `${directory.replace(/\/$/, '')}/${rest}`
}

function homeOf(user: string): string | undefined {
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n')
  return entries.map((entry) => entry.split(':')).find(([name]) => name === user)?.[5]
}
