import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** A record of a journal, as far as it is looked at here. */
const record = z.object({
  kind: z.string(),
  key: z.string().optional(),
  type: z.string().optional(),
  title: z.string().optional(),
  made: z.string().optional(),
})
export type JournalRecord = z.infer<typeof record>

/** What a project's own records leave open once the last command has ended: locks that are held, steps of a run. */
export async function openIn(
  project: string,
  run: string | undefined,
  end: 'green' | 'blue' | undefined,
): Promise<string[]> {
  const locks = await readdir(join(project, '.tasks/locks'))
  const held = locks.length > 0 ? [`locks are still held: ${locks.join(', ')}`] : []
  if (run === undefined) return held
  const text = await readFile(join(project, '.tasks/runs', `${run}.jsonl`), 'utf8')
  // A checksum stands before each record.
  const records = text.split('\n').filter(Boolean)
  return [
    ...held,
    ...unsettledIn(
      records.map((line) => record.parse(JSON.parse(line.slice(line.indexOf('{'))))),
      end,
    ),
  ]
}

/** What a journal leaves open: whoever reads it later cannot tell what became of it. */
export function unsettledIn(records: readonly JournalRecord[], end: 'green' | 'blue' | undefined): string[] {
  const keys = (is: (each: JournalRecord) => boolean): Set<string | undefined> =>
    new Set(records.filter(is).map(({ key }) => key))
  const undone = keys(({ kind }) => kind === 'step.undone')
  const notMade = keys(({ kind, made }) => kind === 'step.failed' && made === 'no')
  const done = keys(({ kind }) => kind === 'step.done')
  const isSettled = ({ key, type }: JournalRecord): boolean => {
    if (end === 'green') return type === 'read' || done.has(key)
    return type !== 'change' || undone.has(key) || (notMade.has(key) && !done.has(key))
  }
  const open = records.filter((each) => each.kind === 'step.intended' && !isSettled(each))
  const found = [...new Set(open.map(({ title, key }) => `the journal leaves open: ${title ?? key}`))]
  // Whoever is refused leaves the end of a run as it is.
  const last = records.findLast(({ kind }) => kind !== 'run.resumed')
  if (last?.kind !== 'run.finished') found.push(`the journal does not end, but stops at ${last?.kind}`)
  return found
}
