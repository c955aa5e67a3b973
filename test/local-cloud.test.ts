import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, onLine, Project } from './project.ts'

let project: Project
let cloud: ChildProcess

const flags = [
  '--fleet',
  '1',
  '--latency',
  '0.2',
  '--eventual-consistency',
  '1',
  '--fault',
  'throttle:DescribeInstances:3',
  'lose:AttachInstances',
]

beforeAll(async () => {
  project = await Project.fromTemplate('instance-swap')
  cloud = project.start(['cloud', 'up', ...flags])
  await new Promise<void>((resolve, reject) => {
    onLine(cloud, (line) => line.startsWith('Ctrl-C') && resolve())
    cloud.once('exit', (code) => reject(new Error(`the cloud has ended with ${code}`)))
  })
})

afterAll(async () => {
  cloud.kill('SIGINT')
  await project.remove()
})

it('deploys on a cloud that is slow, stale, throttles, and loses an answer', async () => {
  const run = await project.json(['run', 'deploy:bluegreen', '--release', 'v2'])
  expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
  expect(run.last('traffic.summary')).toMatchObject({ failed: 0 })
  const attached = run.events.find(
    ({ kind, step }) => kind === 'step.finished' && step === 'aws-autoscaling/attach-instances',
  )
  expect(attached).toMatchObject({ outcome: 'found' })
  const throttled = run.events.filter(
    ({ kind, operation, attempts }) =>
      kind === 'aws.call' && operation === 'DescribeInstances' && Number(attempts) > 1,
  )
  expect(throttled.length).toBeGreaterThan(0)
}, 120_000)

it('loads none of the clients of AWS for a run that finds its fleet and calls nothing', async () => {
  await project.write(
    'loaded.cjs',
    `process.on('exit', () => {
      const clients = Object.keys(require.cache).filter((file) => file.includes('/@aws-sdk/client-'))
      require('node:fs').appendFileSync('loaded.txt', 'ended ' + clients.join(' ') + '\\n')
    })`,
  )
  const env = { NODE_OPTIONS: '--require ./loaded.cjs' }
  const { exitCode } = await ended(project.start(['run', 'build_release', '--release', 'v3'], env))
  expect(exitCode).toBe(0)
  expect(new Set((await project.read('loaded.txt')).split('\n'))).toEqual(new Set(['ended ', '']))
}, 60_000)

it('refuses a fault that it does not know', async () => {
  const { exitCode, stderr } = await project.tasks('cloud', 'up', '--fault', 'melt:RunInstances')
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(
    /^E_ARG_INVALID: --fault: "melt:RunInstances" is not a rule\nhint: write KIND:OPERATION/,
  )
})
