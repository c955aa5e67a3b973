import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answering } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { AlarmBench, alarms, busy, judged } from './testing/alarm-bench.ts'

let bench: AlarmBench
beforeAll(async () => {
  bench = await AlarmBench.open()
})
afterAll(async () => expect(await bench.close()).toEqual([]))
beforeEach(() => bench.clear())

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const make = (...names: string[]) =>
  bench.put(...names.map((AlarmName) => ({ ...judged, ...busy, AlarmName })))

const set = (AlarmName: string, StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', StateReason: string) =>
  bench.watch.setAlarmState({ AlarmName, StateValue, StateReason })

describe.each(['watchable', 'calm'] as const)('%s', (move) => {
  const look = (names: readonly string[], c = bench.cloud.context()) => alarms[move](testSteps(c), names)

  test('passes where none is in ALARM, whatever others are', async () => {
    await make('errors', 'slow', 'other')
    await set('errors', 'OK', 'few')
    await set('slow', 'OK', 'fast')
    await set('other', 'ALARM', 'not asked for')
    await look(['errors', 'slow'])
  })

  test('fails with every alarm that is in ALARM, why, and since when', async () => {
    await make('errors', 'slow', 'well')
    await set('well', 'OK', 'fine')
    await set('errors', 'ALARM', '7 of 5xx')
    await set('slow', 'ALARM', 'p99 is 4 s')
    const at = async (name: string): Promise<string> => {
      const { MetricAlarms: [alarm] = [] } = await bench.watch.describeAlarms({ AlarmNames: [name] })
      return String(alarm?.StateTransitionedTimestamp?.toISOString())
    }
    const [errors, slow] = [await at('errors'), await at('slow')]
    await expect(look(['errors', 'well', 'slow'])).rejects.toMatchObject({
      code: 'E_IN_ALARM',
      message: `alarm errors is in ALARM since ${errors}: 7 of 5xx; alarm slow is in ALARM since ${slow}: p99 is 4 s`,
    })
  })

  test('fails with the names that no alarm has, ahead of one that is in ALARM', async () => {
    await make('errors')
    await set('errors', 'ALARM', 'many')
    await expect(look(['errors', 'erors', 'slwo'])).rejects.toMatchObject({
      code: 'E_ALARM_NOT_FOUND',
      message: 'there is no alarm erors, and none slwo in eu-west-1',
    })
  })

  test('says once a run which have no data, and passes', async () => {
    await make('errors', 'slow')
    await set('slow', 'OK', 'fast')
    const c = bench.cloud.context()
    await look(['errors', 'slow'], c)
    await look(['errors', 'slow'], c)
    expect(c.events.filter(({ kind }) => kind === 'alarms.unknown')).toEqual([
      {
        kind: 'alarms.unknown',
        data: { alarm: 'errors', reason: 'Unchecked: Initial alarm creation' },
        text: [
          'Alarm errors is in INSUFFICIENT_DATA, and stops nothing as long as it is: Unchecked: Initial alarm creation',
        ],
      },
    ])
  })

  test('asks for no alarm where none is named, which would be all of them', async () => {
    await make('errors')
    await set('errors', 'ALARM', 'many')
    const t = testSteps(bench.cloud.context())
    await alarms[move](t, [])
    expect(t.taken).toEqual([])
  })

  test('takes as many as there are, each once', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `a${index}`)
    await make(...names)
    await look([...names, 'a0'])
    await set('a100', 'ALARM', 'the last one')
    await expect(look(names)).rejects.toMatchObject({ code: 'E_IN_ALARM' })
  })

  test('sees composite alarms and those of logs', async () => {
    const state = (AlarmName: string, StateValue: string) => ({
      ...{ AlarmName, StateValue, StateReason: `${AlarmName} says so` },
      StateTransitionedTimestamp: 1_795_000_000,
    })
    const asked: unknown[] = []
    const { env, close } = await answering(async (request, response) => {
      asked.push(JSON.parse(await text(request)))
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r-1' })
      const [composite, logs] = [state('down', 'ALARM'), state('panics', 'ALARM')]
      response.end(JSON.stringify({ CompositeAlarms: [composite], LogAlarms: [logs] }))
    })
    const c = testContext({ env })
    closing.push(() => c.close(), close)
    const since = new Date(1_795_000_000_000).toISOString()
    await expect(look(['down', 'panics'], c)).rejects.toMatchObject({
      code: 'E_IN_ALARM',
      message: `alarm down is in ALARM since ${since}: down says so; alarm panics is in ALARM since ${since}: panics says so`,
    })
    expect(asked).toEqual([
      {
        AlarmNames: ['down', 'panics'],
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'],
        MaxRecords: 2,
      },
    ])
  })
})

test('a copy is watched in place of its original, which sees the old fleet', async () => {
  await bench.put(...bench.fleetAlarms().slice(0, 2))
  await make('errors')
  const t = testSteps(bench.cloud.context())
  const copies = await alarms.replicate(t, bench.counterparts)
  const copy = copies.alarms['web-busy'] ?? ''
  await set('web-busy', 'ALARM', 'blue has no users any more')
  await alarms.calm(t, ['web-busy', 'errors'], { copies })
  await expect(alarms.calm(t, ['web-busy'])).rejects.toMatchObject({ code: 'E_IN_ALARM' })
  await set(copy, 'ALARM', 'green is busy')
  await expect(alarms.calm(t, ['web-busy', 'errors'], { copies })).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`^alarm ${copy} is in ALARM since [^;]*: green is busy$`)),
  })
})
