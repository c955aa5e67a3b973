import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { isViridianError, reportOf, ViridianError } from '../error.ts'
import { historyOf, type RunHistory } from '../journal/history.ts'
import { reportDocument } from '../report/document.ts'
import { type RunReport, runReport } from '../report/run-report.ts'
import { FileLocks } from '../run/file-locks.ts'
import { isHeld } from '../run/held.ts'
import { RunStore } from '../run/store.ts'
import { command } from './command.ts'
import { globalsOf } from './globals.ts'
import type { Print } from './print.ts'

/** `tasks report [RUN]`: what a run did, from its journal alone. */
export function reportCommand(stateDirectory: string, print: Print): Command {
  return command('report')
    .description('tell what a run did, in Markdown, for a ticket')
    .argument('[run]', 'its id; left out: the newest')
    .action(async (run: string | undefined, _: unknown, self: Command) => {
      const report = await reportOn(stateDirectory, run)
      if (globalsOf(self).json) print(JSON.stringify(report))
      else for (const line of reportDocument(report)) print(line)
    })
}

/** @throws ViridianError `E_RUN_NONE`, `E_RUN_UNKNOWN`, `E_JOURNAL_DAMAGED` when it does not even hold its beginning */
async function reportOn(stateDirectory: string, asked: string | undefined): Promise<RunReport> {
  const store = new RunStore(stateDirectory)
  const run = asked ?? (await store.newestName())
  if (run === undefined)
    throw new ViridianError('E_RUN_NONE', 'no run is on record', {
      hint: 'begin one: "tasks list" shows the tasks of this project',
    })
  const { records, damages } = await store.salvage(run)
  const history = historyOf(records)
  if (!history)
    throw (
      damages[0] ??
      new ViridianError(
        'E_JOURNAL_DAMAGED',
        `the journal of run ${run} holds no beginning; nothing was done in it`,
      )
    )
  const held = await heldOr(history, stateDirectory)
  const outputs = join(stateDirectory, 'output', run)
  return runReport(history, records, {
    isHeld: held === true,
    outputs: existsSync(outputs) ? outputs : null,
    damages: [...damages, ...(held instanceof ViridianError ? [held] : [])].map(reportOf),
  })
}

/** A lock that cannot be read says nothing of what the journal says. */
async function heldOr(history: RunHistory, stateDirectory: string): Promise<boolean | ViridianError> {
  try {
    return await isHeld(history, new FileLocks(stateDirectory))
  } catch (error) {
    if (isViridianError(error)) return error
    throw error
  }
}
