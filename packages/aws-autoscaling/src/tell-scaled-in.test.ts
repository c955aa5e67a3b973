import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../aws/src/testing/test-steps.ts'
import { fleetBench, fleets, idsOf } from './testing/fleet-bench.ts'

const bench = fleetBench()
let green: string[]
let t: TestSteps
beforeEach(async () => {
  await bench.cloud.settled()
})
afterEach(async () => {
  await t.undo()
  await bench.cloud.terminate(green)
})

/** The owner's word. */
const want = async (DesiredCapacity: number): Promise<void> => {
  await bench.cloud.scaling.updateAutoScalingGroup({
    AutoScalingGroupName: 'web',
    MinSize: 0,
    DesiredCapacity,
  })
  await until(async () => Object.keys(await bench.cloud.members()).length === DesiredCapacity)
}

test.each([
  { when: 'ahead of what is attached', before: 2, after: undefined, to: 2 },
  { when: 'behind it', before: undefined, after: 5, to: 2 },
  { when: 'by nobody', before: undefined, after: undefined, to: 3 },
])('a scale-in of blue $when is told, and once more by a resume', async ({ before, after, to }) => {
  const c = bench.cloud.context()
  t = testSteps(c)
  const blue = await fleets.describe(t, 'web')
  await fleets.pin(t, blue)
  green = await bench.cloud.launch(3)
  if (before !== undefined) await want(before)
  const refs = green.map((id) => ({ id }))
  await fleets.attach(t, blue, refs)
  // Of the oldest launch source, then of the oldest: blue goes first.
  if (after !== undefined) await want(after)
  const alive = Object.keys(await bench.cloud.members())
  expect(alive).toEqual(expect.arrayContaining(green))
  const told = () => c.events.filter(({ kind }) => kind === 'group.scaled-in')
  await fleets.standby(t, blue, blue.instances)
  const expected =
    to === 3
      ? []
      : [
          {
            kind: 'group.scaled-in',
            data: { group: 'web', from: 3, to },
            text: [
              `Somebody has scaled web in meanwhile, from 3 to ${to}`,
              expect.stringMatching(
                `for ${to} behind it: aws autoscaling set-desired-capacity .*web .* ${to}$`,
              ),
            ],
            atEnd: true,
          },
        ]
  expect(told()).toEqual(expected)
  await fleets.standby(testSteps(c), blue, [])
  expect(told()).toEqual([...expected, ...expected])
  expect(idsOf(blue.instances).filter((id) => alive.includes(id))).toHaveLength(to)
})
