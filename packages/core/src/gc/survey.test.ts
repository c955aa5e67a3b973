import { expect, test } from 'vitest'
import type { Plugin } from '../plugin.ts'
import { EngineBench } from '../testing/engine-bench.ts'
import type { Going, Leftover, LeftoverKind } from './leftover.ts'
import { type SurveyOptions, survey } from './survey.ts'

const now = new Date('2026-11-20T12:00:00Z')
const run = (day: number, end = 'aaaa'): string => `202611${String(day).padStart(2, '0')}-120000-${end}`
/** None of them is open. */
const over = Object.fromEntries([1, 2, 3, 5, 7, 9].map((day) => [run(day), null]))

const leftover = (thing: string, more: Partial<Leftover> = {}): Leftover => ({
  ...{ thing, title: thing, run: run(1) },
  remove: async () => undefined,
  ...more,
})

const withoutRun = (thing: string, of?: string): Leftover => ({
  ...{ thing, title: thing, remove: async () => undefined },
  ...(of !== undefined && { of }),
})

const kind = (
  name: string,
  found: readonly Leftover[] | ((going: Going) => readonly Leftover[]),
  after: readonly string[] = [],
): LeftoverKind => ({
  kind: name,
  after,
  find: async (_t, going) => (typeof found === 'function' ? found(going) : found),
})

/** What becomes of each thing, in the order in which they would be removed. */
async function fates(
  leftovers: readonly LeftoverKind[],
  options: Partial<SurveyOptions> = {},
  users?: Plugin['users'],
): Promise<string[]> {
  const plugins: Plugin[] = [{ name: 'a', module: 'a', settings: {}, leftovers, ...(users && { users }) }]
  const { top } = new EngineBench([])
  const judged = await survey(top, { plugins, runs: over, restores: {}, keep: 0, now, ...options })
  return judged.map(({ leftover: { thing }, stay }) => `${thing}: ${stay ? stay.reason : 'goes'}`)
}

test('kinds are found in the order in which they let go of each other', async () => {
  const seen: string[] = []
  const noting = (name: string, after: readonly string[]): LeftoverKind =>
    kind(
      name,
      (going) => {
        seen.push(`${name} behind ${going.things}`)
        return [leftover(`${name}/1`)]
      },
      after,
    )
  await fates([noting('image', ['source']), noting('source', ['group']), noting('group', ['pin'])])
  expect(seen).toEqual(['group behind ', 'source behind group/1', 'image behind group/1,source/1'])
})

test('kinds that wait for each other are refused', async () => {
  const circle = [kind('a', [], ['b']), kind('b', [], ['a'])]
  await expect(fates(circle)).rejects.toMatchObject({ code: 'E_PLUGIN_INVALID' })
})

test('what is used stays, whichever plugin knows of it', async () => {
  const found = [
    leftover('balancer/a', { names: ['a.test'] }),
    leftover('balancer/b', { inUse: 'web is behind it' }),
  ]
  const users: Plugin['users'] = async (_t, all) =>
    all.flatMap(({ thing, names = [] }) =>
      names.includes('a.test') ? [{ thing, by: 'www leads to it' }] : [],
    )
  expect(await fates([kind('balancer', found)], {}, users)).toEqual([
    'balancer/a: www leads to it',
    'balancer/b: web is behind it',
  ])
})

test('of a series the newest stay, whether they are used or not', async () => {
  const image = (day: number, more: Partial<Leftover> = {}) =>
    leftover(`image/${day}`, { run: run(day), series: 'web', ...more })
  const other = leftover('image/other', { series: 'shop' })
  const found = [image(2), image(9, { inUse: 'i-1 runs' }), image(5), image(7), other]
  expect(await fates([kind('image', found)], { keep: 2 })).toEqual([
    'image/2: goes',
    'image/9: i-1 runs',
    'image/5: goes',
    'image/7: it is one of the newest 2',
    'image/other: it is one of the newest 2',
  ])
})

test('what a run has made stays while the run may go on or be taken back', async () => {
  const found = [leftover('group/a', { run: run(3) }), leftover('group/b')]
  expect(await fates([kind('group', found)], { runs: { ...over, [run(3)]: 'its run goes on' } })).toEqual([
    'group/a: its run goes on',
    'group/b: goes',
  ])
})

test('what an open run would go back to stays, whoever has made it', async () => {
  const restores = { 'launch-configuration/a': 'run r may go back to it, and goes on' }
  const found = [leftover('launch-configuration/a'), leftover('launch-configuration/b')]
  expect(await fates([kind('launch source', found)], { restores })).toEqual([
    'launch-configuration/a: run r may go back to it, and goes on',
    'launch-configuration/b: goes',
  ])
})

test('what a run still holds keeps everything of that run', async () => {
  const kinds = [
    kind('pin', [leftover('pin/web', { holds: true, undecided: 'ask', title: 'pin on web' })]),
    kind('image', [leftover('image/1'), leftover('image/2', { run: run(2) })], ['pin']),
  ]
  expect(await fates(kinds)).toEqual([
    'pin/web: ask',
    'image/1: its run still has a hold: pin on web',
    'image/2: goes',
  ])
})

test('of a run that is not on record nobody knows for a day whether it goes on', async () => {
  const runs = { [run(20)]: null }
  const found = [
    leftover('i/1', { run: run(20) }),
    leftover('i/2', { run: run(20, 'bbbb') }),
    leftover('i/3'),
  ]
  const young = 'its run is not on record here, and began less than a day ago: it may still go on'
  expect(await fates([kind('i', found)], { runs })).toEqual(['i/1: goes', `i/2: ${young}`, 'i/3: goes'])
  const week = 7 * 86_400_000
  expect(await fates([kind('i', found)], { runs, olderThan: week })).toEqual([
    'i/1: it is younger than that',
    'i/2: it is younger than that',
    'i/3: goes',
  ])
  expect(await fates([kind('i', found)], { runs, olderThan: 0 })).toEqual([
    'i/1: goes',
    'i/2: goes',
    'i/3: goes',
  ])
})

test('what something needed that goes is as old as that, and of its run', async () => {
  const since = '2026-11-19T12:00:00Z'
  const kinds = [
    kind('group', [leftover('group/web', { run: run(5), since, needed: ['balancer/web'] })]),
    kind('balancer', (going) => going.needed('balancer').map((name) => withoutRun(`balancer/${name}`)), [
      'group',
    ]),
    kind('alarm', (going) => going.named('group').map((name) => withoutRun('alarm/a', `group/${name}`)), [
      'group',
    ]),
  ]
  const week = 7 * 86_400_000
  expect(await fates(kinds)).toEqual(['group/web: goes', 'balancer/web: goes', 'alarm/a: goes'])
  expect(await fates(kinds, { olderThan: week })).toEqual(['group/web: it is younger than that'])
})

test('what names no run is left to a person', async () => {
  expect(await fates([kind('i', [leftover('i/1', { run: 'mine' })])])).toEqual([
    'i/1: "mine" is no id of a run: somebody else has named it so',
  ])
})
