import { afterAll, beforeAll, expect, it } from 'vitest'
import { Project } from './project.ts'

let project: Project

beforeAll(async () => {
  project = await Project.fromTemplate('instance-swap')
}, 60_000)
afterAll(() => project.remove())

async function killCloud(): Promise<void> {
  const { pid }: { pid: number } = JSON.parse(await project.read('.tasks/cloud/cloud.json'))
  process.kill(pid, 'SIGKILL')
}

it.each([
  ['resume', 'v2', 'aws-ec2/run-instances'],
  ['rollback', 'v3', 'aws-autoscaling/attach-instances'],
])(
  'a run whose cloud is killed ends, and %s takes care of it',
  async (command, release, step) => {
    let killed: Promise<void> | undefined
    const run = await project.json(['run', 'deploy:bluegreen', '--release', release], (event) => {
      if (event.kind === 'step.started' && event.step === step) killed ??= killCloud()
    })
    await killed
    const { run: id } = run.last('run.started')
    expect(run.last('run.finished')).toMatchObject({
      exitCode: 3,
      error: { code: 'E_CLOUD_GONE', hint: expect.stringContaining(`tasks ${command} ${id}`) },
    })
    expect(run.exitCode).toBe(3)
    const after = await project.json([command, String(id), '--yes'])
    expect(after.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
  },
  180_000,
)

it('an undo whose cloud is killed ends, and rollback finishes it', async () => {
  let killed: Promise<void> | undefined
  const run = await project.json(['run', 'deploy:bluegreen', '--release', 'v4'], (event, child) => {
    if (event.kind === 'step.started' && event.step === 'aws-autoscaling/attach-instances')
      child.kill('SIGINT')
    if (event.kind === 'undo.started') killed ??= killCloud()
  })
  await killed
  expect(run.events).toContainEqual(
    expect.objectContaining({
      kind: 'undo.step',
      outcome: 'failed',
      error: expect.objectContaining({ code: 'E_CLOUD_GONE' }),
    }),
  )
  expect(run.exitCode).toBe(3)
  const after = await project.json(['rollback', String(run.last('run.started').run), '--yes'])
  expect(after.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
}, 180_000)
