import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fleets } from './breaks/fleets.ts'
import { Rehearsal } from './breaks/rehearsal.ts'
import { dnsSwitch, refusal, shrinkDnsSwitch } from './breaks/rehearsed-cloud.ts'
import type { JsonResult } from './project.ts'

let rehearsal: Rehearsal

beforeAll(async () => {
  rehearsal = await Rehearsal.open(dnsSwitch, shrinkDnsSwitch)
  const fleets = new Fleets(rehearsal.cloud)
  await fleets.equip('web')
  await fleets.stick('web')
}, 90_000)

afterAll(() => rehearsal.close())

/** What was undone, in its order, with what came of it. */
const undone = ({ events }: JsonResult) =>
  events.filter(({ kind }) => kind === 'undo.step').map(({ title, outcome }) => `${outcome}: ${title}`)

/** All that users of green rely on, as Amazon's SDK shows it. */
async function green() {
  const { records, alarms, groups } = await rehearsal.account.inventory()
  const { names } = await rehearsal.project.cloud()
  const group = groups[(await rehearsal.account.groupNames()).indexOf(names.group)]
  const own = alarms.filter(({ Dimensions = [] }) =>
    Dimensions.some(({ Value }) => Value === names.group || Value === names.loadBalancer),
  )
  return { names, records, group, acting: own.map(({ ActionsEnabled }) => ActionsEnabled) }
}

test('a name is given back ahead of all that was done to green behind its switch; where it cannot be, green stays as its users need it', async () => {
  const before = await rehearsal.account.inventory()
  const flags = ['--keep-blue', '10m', '--detach']
  expect(await rehearsal.deploy('v2', ...flags)).toMatchObject({ exitCode: 0 })
  const served = await green()
  expect(served).toMatchObject({
    group: { suspended: [] },
    names: { group: expect.stringMatching(/^web--/) },
  })
  expect(served.acting).toContain(true)

  const refused = [refusal('route53:ChangeResourceRecordSets')]
  const failed = await rehearsal.with(refused, () => rehearsal.project.json(['rollback']))
  expect(failed.exitCode).toBe(3)
  expect(failed.last('run.finished')).toMatchObject({ error: { code: 'E_AWS_DENIED' } })
  expect(await green()).toEqual(served)
  const [first, ...others] = undone(failed)
  expect(first).toMatch(/^failed: point www\.example\.test at web--/)
  expect(others).toContainEqual(expect.stringMatching(/^blocked: enable the actions of \d+ alarm/))
  expect(others).toContainEqual(expect.stringMatching(/^blocked: copy alarm /))
  expect(others).toContainEqual(expect.stringMatching(/^blocked: resume .* of web--/))
  expect(others.filter((line) => line.includes('web--') && !line.startsWith('blocked: '))).toEqual([])

  const broken = await rehearsal.project.json(
    ['rollback'],
    ({ kind }, child) => kind === 'undo.step' && child.kill('SIGKILL'),
  )
  expect(undone(broken)[0]).toMatch(/^undone: point www\.example\.test at web--/)
  const back = await rehearsal.project.json(['rollback'])
  expect(back.last('run.finished')).toMatchObject({ exitCode: 0, leftovers: [] })
  expect(undone(back).some((line) => line.includes('point www'))).toBe(false)
  expect(undone(back)[0]).toMatch(/^undone: take tag viridian:pin from web--/)
  await rehearsal.isAgain(before)
}, 180_000)
