import type { FoundLeftover } from '../events/event.ts'
import type { Session } from '../run/session.ts'
import { Scope } from '../step/scope.ts'
import { type LocalTask, task } from '../task/task.ts'
import { OpenRuns, readOpenRuns } from './open-runs.ts'
import { ageOf, goingOf, type Judged, survey } from './survey.ts'

export const collectArgs = {
  dryRun: { type: 'boolean', description: 'say what would be removed, and end' },
  keep: {
    type: 'number',
    default: 5,
    description: 'how many images of each name stay, the newest, and as many launch sources',
  },
  olderThan: {
    type: 'duration',
    optional: true,
    description: 'only what is older: 7d (default: 24h, but anything of the runs on record here)',
  },
} as const

/**
 * The task of `tasks gc`: finds what runs have left, shows it, and removes what nobody needs. What was found is on record,
 * and a resume removes the rest of just that: what only a removed group has led to could not be found again.
 */
export const collectTask = (session: Session, stateDirectory: string): LocalTask<typeof collectArgs> =>
  task(
    { summary: 'remove what earlier runs have left', args: collectArgs, locks: () => ['gc'] },
    async (t) => {
      const { dryRun, keep, olderThan } = t.args
      const now = await t.now()
      const open = await recordedRuns(session, stateDirectory)
      const judged = await t.move({ name: 'find', title: 'find what runs have left' }, (t) =>
        survey(t, { plugins: session.plugins, ...open, keep, olderThan, now }),
      )
      const leftovers = judged.map((each) => foundOf(each, now))
      session.emit({ kind: 'leftovers.found', leftovers })
      const going = goingOf(judged)
      if (going.length === 0) return
      if (dryRun) return t.say('a dry run: nothing was removed')
      const count = going.length === 1 ? 'this' : `these ${going.length}`
      if (!session.committed)
        await session.permission.getBy(`Remove ${count} from stage "${t.stage}" for good?`)
      await t.commit()
      const all = { name: 'remove', title: `remove ${going.length === 1 ? 'it' : `all ${going.length}`}` }
      await t.move(all, async (t) => {
        for (const leftover of going) await leftover.remove(t)
      })
    },
  )

/** As they were when the run began. */
async function recordedRuns(session: Session, stateDirectory: string): Promise<OpenRuns> {
  const scope = new Scope(session, '/runs')
  const warn = (text: string): void => session.emit({ kind: 'note', level: 'warning', text })
  const text = await scope.fact('open-runs', async () =>
    JSON.stringify(await readOpenRuns({ stateDirectory, registry: session.registry, warn })),
  )
  return OpenRuns.parse(JSON.parse(text))
}

function foundOf({ kind, leftover, stay }: Judged, now: Date): FoundLeftover {
  const { thing, title, run } = leftover
  return { kind, thing, title, run, ageMs: ageOf(leftover, now), ...(stay && { stays: stay }) }
}
