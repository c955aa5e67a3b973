import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { AlarmBench, alarms, busy, green, group, judged, mathsOf, topic } from './testing/alarm-bench.ts'

let bench: AlarmBench
beforeAll(async () => {
  bench = await AlarmBench.open()
})
afterAll(async () => expect(await bench.close()).toEqual([]))
beforeEach(() => bench.clear())

describe('comparing', () => {
  test('says what differs as it must, before and after the copies act', async () => {
    await bench.put(...bench.fleetAlarms())
    const c = bench.cloud.context()
    const t = testSteps(c)
    const replica = await alarms.replicate(t, bench.counterparts)
    await alarms.compare(t, bench.counterparts, replica)
    const said = c.events.filter(({ kind }) => kind === 'replica.compared')
    expect(said).toHaveLength(5)
    expect(said.flatMap(({ text = [] }) => text)).toContainEqual(
      expect.stringMatching(/^Compared alarm web-queue .*InsufficientDataActions.* differ, as they must$/),
    )
    await alarms.enable(t, replica.enabled)
    await alarms.compare(t, bench.counterparts, replica)
  })

  test('goes by what lists hold, in whatever order', async () => {
    await bench.put(...bench.fleetAlarms())
    const t = testSteps(bench.cloud.context())
    const replica = await alarms.replicate(t, bench.counterparts)
    const AlarmNames = Object.values(replica.alarms)
    const { MetricAlarms = [] } = await bench.watch.describeAlarms({ AlarmNames })
    const reversed = <Item>(items: readonly Item[] = []): Item[] | undefined =>
      items.length > 0 ? items.toReversed() : undefined
    for (const { AlarmName = '', ...copy } of MetricAlarms)
      await bench.put({
        ...copy,
        AlarmName,
        OKActions: reversed(copy.OKActions),
        AlarmActions: reversed(copy.AlarmActions),
        InsufficientDataActions: reversed(copy.InsufficientDataActions),
        Dimensions: reversed(copy.Dimensions),
        Metrics: reversed(copy.Metrics),
      })
    await alarms.compare(t, bench.counterparts, replica)
  })

  test.each([
    ['a threshold', { Threshold: 71 }, 'alarm web-busy: Threshold is 71, and should be 70.5'],
    ['an unset member', { TreatMissingData: undefined }, 'TreatMissingData is none'],
    ['a dimension of the original', { Dimensions: [group] }, 'alarm web-busy: Dimensions'],
    ['an action too many', { InsufficientDataActions: [topic] }, 'InsufficientDataActions is'],
  ])('fails for %s', async (_, change, message) => {
    await bench.put(...bench.fleetAlarms().slice(0, 1))
    const t = testSteps(bench.cloud.context())
    const replica = await alarms.replicate(t, bench.counterparts)
    const [name = ''] = Object.values(replica.alarms)
    const { MetricAlarms: [copy] = [] } = await bench.watch.describeAlarms({ AlarmNames: [name] })
    const { AlarmName: _name, ...settings } = copy ?? {}
    await bench.put({ ...settings, ...change, AlarmName: name })
    await expect(alarms.compare(t, bench.counterparts, replica)).rejects.toMatchObject({
      code: 'E_REPLICA_DIFFERS',
      message: expect.stringContaining(message),
    })
  })

  test('fails for actions that are on where the original’s were off, and for another tag', async () => {
    await bench.put(...bench.fleetAlarms().slice(0, 2))
    const t = testSteps(bench.cloud.context())
    const replica = await alarms.replicate(t, bench.counterparts)
    await bench.watch.enableAlarmActions({ AlarmNames: Object.values(replica.alarms) })
    await expect(alarms.compare(t, bench.counterparts, replica)).rejects.toMatchObject({
      message: 'alarm web-slow: ActionsEnabled is true, and should be false',
    })
    await bench.watch.disableAlarmActions({ AlarmNames: Object.values(replica.alarms) })
    const { MetricAlarms: [copy] = [] } = await bench.watch.describeAlarms({
      AlarmNames: [replica.alarms['web-busy'] ?? ''],
    })
    await bench.watch.tagResource({ ResourceARN: copy?.AlarmArn, Tags: [{ Key: 'team', Value: 'other' }] })
    await expect(alarms.compare(t, bench.counterparts, replica)).rejects.toMatchObject({
      message: expect.stringContaining('alarm web-busy: Tags[0].Value is "other", and should be "shop"'),
    })
  })
})

describe('switching actions', () => {
  const enabled = async (): Promise<string[]> => {
    const { MetricAlarms = [] } = await bench.watch.describeAlarms({})
    return MetricAlarms.filter(({ ActionsEnabled }) => ActionsEnabled).map(({ AlarmName = '' }) => AlarmName)
  }

  test.each([
    ['on', 'EnableAlarmActions', 'DisableAlarmActions'],
    ['off', 'DisableAlarmActions', 'EnableAlarmActions'],
  ])('turns them %s, and its undo back to what they were', async (way, forth, back) => {
    await bench.put(...bench.fleetAlarms().slice(0, 3))
    const names = ['web-busy', 'web-errors', 'web-slow']
    const t = testSteps(bench.cloud.context())
    await bench.cloud.fail([
      { operation: forth, kind: 'lose' },
      { operation: forth, kind: 'refuse', status: 400 },
    ])
    await (way === 'on' ? alarms.enable : alarms.disable)(t, names)
    expect(await enabled()).toEqual(way === 'on' ? names : [])
    await bench.cloud.lose(back)
    await t.undo()
    expect(await enabled()).toEqual(['web-busy', 'web-errors'])
  })

  test.each(['enable-alarms', 'disable-alarms'])('by %s is undone twice', async (step) => {
    await bench.put(...bench.fleetAlarms().slice(0, 3))
    const undo = await bench.taken(step, { names: ['web-busy', 'web-errors', 'web-slow'] })
    for (const _ of [1, 2]) {
      await undo()
      expect(await enabled()).toEqual(['web-busy', 'web-errors'])
    }
  })

  test('leaves alone what was deleted or switched since', async () => {
    await bench.put(...bench.fleetAlarms().slice(0, 3))
    const t = testSteps(bench.cloud.context())
    await alarms.disable(t, ['web-busy', 'web-errors', 'gone'])
    await bench.watch.deleteAlarms({ AlarmNames: ['web-busy'] })
    await t.undo()
    expect(await enabled()).toEqual(['web-errors'])
  })

  test('takes as many calls as it needs', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `busy-${index}`)
    await bench.put(...names.map((AlarmName) => ({ ...judged, ...busy, AlarmName })))
    const t = testSteps(bench.cloud.context())
    await alarms.disable(t, names)
    expect(t.taken).toEqual(['disable the actions of 100 alarms', 'disable the actions of 1 alarm'])
    expect(await enabled()).toEqual([])
  })
})

describe('removing', () => {
  test('deletes the alarms of a fleet, and no others', async () => {
    const shared = mathsOf('web')?.map((query, index) =>
      index === 1 ? (mathsOf('web-2')?.[1] ?? query) : query,
    )
    await bench.put(
      ...bench.fleetAlarms(),
      { ...judged, ...busy, AlarmName: 'TargetTracking-web-AlarmHigh-1', Dimensions: [group] },
      { ...judged, AlarmName: 'both', Metrics: shared },
      {
        ...judged,
        ...busy,
        AlarmName: 'both-groups',
        Dimensions: [group],
        AlarmActions: [bench.counterparts.policies[bench.policies.out ?? ''] ?? ''],
      },
      { ...judged, ...busy, AlarmName: 'other', Dimensions: [green] },
    )
    const fleet = { groups: ['web'], balancers: ['web'] }
    const listed = await alarms.concerning(testSteps(bench.cloud.context()), fleet)
    await bench.cloud.lose('DeleteAlarms')
    const t = testSteps(bench.cloud.context())
    const names = ['web-busy', 'web-errors', 'web-odd', 'web-queue', 'web-slow']
    expect(await alarms.remove(t, fleet)).toEqual(names)
    expect(listed).toEqual(names)
    expect(Object.keys(await bench.described())).toEqual([
      'TargetTracking-web-AlarmHigh-1',
      'both',
      'both-groups',
      'other',
    ])
    expect(await t.undo()).toEqual([
      { leftAlone: `${names.join(', ')}: a deleted alarm cannot be brought back` },
    ])
    expect(await alarms.remove(t, fleet)).toEqual([])
  })
})
