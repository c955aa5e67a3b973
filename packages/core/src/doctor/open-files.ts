import type { Finding } from './check.ts'

/** What runs open besides their hosts: journals, locks, calls of AWS, Node's own. */
const besides = 64
/** A connection, and what is put on its host or got from there. */
const eachHost = 2

/** How many files this process may open; undefined: as many as it wants, or the system does not say. */
export function openFilesLimit(): number | undefined {
  const report: unknown = process.report.getReport()
  if (typeof report !== 'object' || report === null || !('userLimits' in report)) return undefined
  const { userLimits } = report
  if (typeof userLimits !== 'object' || userLimits === null || !('open_files' in userLimits)) return undefined
  const { open_files: files } = userLimits
  if (typeof files !== 'object' || files === null || !('soft' in files)) return undefined
  return typeof files.soft === 'number' ? files.soft : undefined
}

/** Whether so many hosts can be held at once. */
export function openFilesFinding(hosts: number, limit: number | undefined): Finding[] {
  const needed = hosts * eachHost + besides
  if (limit === undefined || needed <= limit) return []
  return [
    {
      verdict: 'problem',
      says: `a process may open ${limit} files here, and ${hosts} hosts take about ${needed}`,
      hint: `ulimit -n ${needed}, in the shell that runs tasks`,
    },
  ]
}
