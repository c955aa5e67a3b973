import { randomInt } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { RunHistory } from '../journal/history.ts'
import type { RunIdentity } from '../step/definition.ts'

/** Who has a run in hand here and now. */
export const runnerHere = () => ({ user: userInfo().username, host: hostname(), pid: process.pid })

/** A run that begins now, here. */
export const newIdentity = (task: string, stage: string): RunIdentity => ({
  id: newRunId(),
  task,
  stage,
  by: `${userInfo().username}@${hostname()}`,
})

/** Of a run that goes on, or is taken back: whoever does so, it stays what it was begun as. */
export const identityOf = ({ started: { run, task, stage, by } }: RunHistory): RunIdentity => ({
  id: run,
  task,
  stage,
  by: `${by.user}@${by.host}`,
})

/** A new run's id, sortable by time to the millisecond: `20261123-154233-k3f9`. */
export function newRunId(at = new Date()): string {
  const stamp = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const two = (number: number): string => number.toString(36).padStart(2, '0')
  return `${stamp}-${two(at.getMilliseconds())}${two(randomInt(36 ** 2))}`
}

export const isRunId = (text: string): boolean => /^\d{8}-\d{6}-[0-9a-z]{4}$/.test(text)
