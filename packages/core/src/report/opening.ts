import { elapsed } from '../duration.ts'
import { commandsWhere } from '../output/lasting-words.ts'
import { code } from './markdown.ts'
import { isStanding, stepsIn } from './reported-step.ts'
import type { RunReport } from './run-report.ts'

/** `2026-11-27 22:37:17 UTC` */
export const instant = (at: string): string => `${at.slice(0, 19).replace('T', ' ')} UTC`

/** The run in a few words, behind its name. */
export const headlines: Readonly<Record<RunReport['state'], string>> = {
  running: 'goes on',
  kept: 'done, and kept with both ways open',
  succeeded: 'succeeded',
  'failed-undone': 'failed, nothing is left',
  'failed-dirty': 'failed, something is left',
  cancelled: 'cancelled, nothing is left',
  crashed: 'crashed, not finished',
  left: 'ended as it was, what it made stays',
  'rolled-back': 'taken back',
}

/** All that has to be known of a run, in a paragraph. */
export function opening(report: RunReport): string {
  const { task, stage, began } = report
  const said = `${code(began.by)} ran ${code(task)} on stage ${code(stage)}, at ${instant(began.at)}.`
  return [said, ...resumes(report), fate(report), ...changes(report), ...rest(report)].join(' ')
}

const resumes = ({ resumed }: RunReport): string[] =>
  resumed.map(({ by, at }) => `${code(by)} resumed it at ${instant(at)}.`)

function fate(report: RunReport): string {
  const { state, last, kept, ms, error, takenBack, run, undoing } = report
  const after = `after ${elapsed(ms)}`
  const why = error ? `: ${code(`${error.code}: ${error.message.split('\n', 1).join()}`)}.` : '.'
  switch (state) {
    case 'running':
      return undoing === null
        ? `It still goes on; the last that it recorded is of ${instant(last)}.`
        : `It is being taken back${why}`
    case 'kept':
      return `It is done but for what follows its commit, and keeps its way back open until ${instant(kept?.until ?? last)}: ${code(`tasks rollback ${run}`)} goes back, ${code(`tasks resume ${run}`)} finishes it.`
    case 'succeeded':
      return `It succeeded ${after}.`
    case 'rolled-back':
      return takenBack
        ? `${code(takenBack.by)} took it back at ${instant(takenBack.at)}${error ? `; it had failed${why}` : '.'}`
        : `It was taken back ${after}.`
    case 'crashed':
      return `Its process ended before it did; the last that it recorded is of ${instant(last)}, ${elapsed(ms)} behind its beginning.`
    case 'left':
      return `It was ended as it was, by ${code(`tasks leave ${run}`)}${why}`
    case 'cancelled':
      return `It was ${error?.code === 'E_DECLINED' ? 'declined' : 'interrupted'} ${after}.`
    case 'failed-undone':
    case 'failed-dirty':
      return `It failed ${after}${why}`
  }
}

/** How many of its changes stand. */
function changes({ steps, state, committed }: RunReport): string[] {
  const made = stepsIn(steps).filter(({ type, state }) => type === 'change' && state !== 'failed')
  const standing = made.filter(isStanding).length
  const open = made.filter(({ state, undo }) => state === 'open' && undo === null).length
  const undone = made.filter(({ undo }) => undo?.state === 'undone').length
  const commit = committed === null ? [] : [`It was committed at ${instant(committed)}.`]
  if (made.length === 0)
    return [...commit, state === 'running' ? 'It has changed nothing yet.' : 'It changed nothing.']
  const fates = [
    [standing, 'standing'],
    [undone, 'undone'],
    [open, state === 'running' ? 'under way' : 'not known to have been made'],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]))
  return [...commit, `Its changes: ${fates.join(', ')}.`]
}

/** What is left, and what to do. */
function rest({ state, leftovers, remedy, lasting, damages }: RunReport): string[] {
  const unread =
    damages.length === 0
      ? []
      : ['**Its journal cannot be read as a whole:** this is told from the records that can be.']
  const finish = remedy === null ? '' : `, and ${code(remedy)} finishes it`
  if (leftovers.length > 0) return [`**Something is left**${finish}.`, ...unread]
  if (remedy !== null) return [`${code(remedy)} finishes it.`, ...unread]
  if (!/^(?:failed-undone|cancelled|rolled-back)$/.test(state)) return unread
  return [`Nothing of it is left${lasting ? ` but ${commandsWhere(lasting)}` : ''}.`, ...unread]
}
