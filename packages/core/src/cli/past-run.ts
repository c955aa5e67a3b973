import { hostname } from 'node:os'
import type { Config } from '../config/config.ts'
import { ViridianError } from '../error.ts'
import { historyOf, type RunHistory } from '../journal/history.ts'
import type { JournalRecord } from '../journal/record.ts'
import { FileLocks } from '../run/file-locks.ts'
import { isAlive, type Lease } from '../run/lease.ts'
import { runLock } from '../run/lock.ts'
import { requireSameAccount } from '../run/recorded-env.ts'
import { isRehearsal, pluginsOf, stageOf } from '../run/stage.ts'
import { RunStore } from '../run/store.ts'
import type { Project } from './project.ts'

/** A run on record that nobody has in hand, or whose process lets itself be taken over. */
export interface PastRun {
  readonly records: readonly JournalRecord[]
  readonly history: RunHistory
  /** The process that waits in it, with its way back open. */
  readonly waiting?: Lease
}

/**
 * Reads a run that is to be gone on with, or taken back.
 *
 * @throws ViridianError `E_RUN_UNKNOWN`, `E_JOURNAL_DAMAGED`, `E_STATE_READ`, `E_RUN_ALIVE`
 */
export async function pastRun(project: Project, run: string, intent?: 'rollback'): Promise<PastRun> {
  const store = new RunStore(project.stateDirectory)
  const locks = new FileLocks(project.stateDirectory)
  const records = await store.read(run)
  const history = historyOf(records)
  if (!history)
    throw new ViridianError(
      'E_JOURNAL_DAMAGED',
      `the journal of run ${run} holds no beginning; nothing was done in it`,
      { hint: 'there is nothing to resume or to take back: its file can be removed' },
    )
  const holder = await locks.holder(runLock(run))
  if (!holder || !isRunning(holder, history)) return { records, history }
  if (intent === 'rollback' && history.kept !== undefined) return { records, history, waiting: holder }
  throw new ViridianError('E_RUN_ALIVE', `run ${run} is still running, as process ${holder.pid}`, {
    hint:
      history.kept === undefined
        ? 'interrupt it first: Ctrl-C, or kill -INT'
        : `it keeps its way back open until ${history.kept}: "tasks rollback ${run}" goes back`,
  })
}

/** A detached run has left its lock, and a process that was killed cannot take it along: nobody is running it. */
const isRunning = ({ host, pid }: Lease, { finished }: RunHistory): boolean =>
  !finished && pid !== process.pid && (host !== hostname() || isAlive(pid))

/** Where nothing can reach a real account, it does not matter what the shell says. */
export function requireAccount({ stage: name, account }: RunHistory['started'], config: Config): void {
  const stage = stageOf(config, name)
  if (account && !isRehearsal(pluginsOf(config, stage)))
    requireSameAccount(account, process.env, stage.env ?? {})
}
