import { expect, it } from 'vitest'
import { type JournalRecord, unsettledIn } from './unsettled.ts'

const intended = (key: string, type = 'change'): JournalRecord => ({
  kind: 'step.intended',
  ...{ key, type, title: `do ${key}` },
})
const of = (kind: string, key: string, made?: string): JournalRecord => ({
  kind,
  key,
  ...(made !== undefined && { made }),
})
const finished: JournalRecord = { kind: 'run.finished' }

it('is open where a change of a run that went back is neither undone nor known never to have been made', () => {
  const records = [intended('a'), of('step.done', 'a'), intended('b'), of('step.failed', 'b', 'no')]
  expect(unsettledIn([...records, of('step.undone', 'a'), finished], 'blue')).toEqual([])
  expect(unsettledIn([...records, finished], 'blue')).toEqual(['the journal leaves open: do a'])
  const unknown = [intended('c'), of('step.failed', 'c', 'unknown'), finished]
  expect(unsettledIn(unknown, 'blue')).toEqual(['the journal leaves open: do c'])
  expect(unsettledIn([intended('d', 'read'), intended('e', 'host'), finished], 'blue')).toEqual([])
})

it('is open where anything but a read of a run that went well is not done', () => {
  const records = [intended('a'), of('step.done', 'a'), intended('b', 'check'), intended('c', 'read')]
  expect(unsettledIn([...records, of('step.done', 'b'), finished], 'green')).toEqual([])
  expect(unsettledIn([...records, finished], 'green')).toEqual(['the journal leaves open: do b'])
})

it('is open where the run has no end', () => {
  const records = [intended('a'), of('step.done', 'a')]
  expect(unsettledIn(records, 'green')).toEqual(['the journal does not end, but stops at step.done'])
  expect(unsettledIn([...records, finished, { kind: 'run.resumed' }], 'green')).toEqual([])
})
