import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, onLine, Project, type Result } from './project.ts'

const config = `
import { defineConfig } from '@viridian/core'
import { localCloud } from '@viridian/local-cloud'

export default defineConfig({ tasks: {}, stages: { local: { plugins: [localCloud()] } }, defaultStage: 'local' })
`

let project: Project
const started: ChildProcess[] = []

beforeEach(async () => {
  project = await Project.of({ 'tasks.config.ts': config })
})

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await project.remove()
})

/** `tasks cloud up` in the foreground: resolves when it says how to end it. */
async function up(
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ child: ChildProcess; over: Promise<Result> }> {
  const child = project.start(['cloud', 'up', ...flags], env)
  started.push(child)
  const over = ended(child)
  const ready = new Promise<void>((resolve) => {
    onLine(child, (line) => line.startsWith('Ctrl-C') && resolve())
  })
  const early = over.then(({ exitCode, stdout, stderr }) => {
    throw new Error(`it has ended with ${exitCode}:\n${stdout}\n${stderr}`)
  })
  early.catch(() => undefined)
  await Promise.race([ready, early])
  return { child, over }
}

const file = (name: string): string => join(project.directory, '.tasks/cloud', name)

describe('what a dead cloud has left', () => {
  beforeEach(async () => {
    const { child, over } = await up()
    child.kill('SIGKILL')
    await over
    // The process id may be anybody's by now: this one's, for one.
    for (const name of ['cloud.json', 'lock']) {
      const left = { ...JSON.parse(await project.read(`.tasks/cloud/${name}`)), pid: process.pid }
      await project.write(`.tasks/cloud/${name}`, JSON.stringify(left))
    }
  })

  it('is in nobody’s way', async () => {
    expect((await project.tasks('cloud', 'status')).stdout).toContain('is not running')
    await up()
    expect((await project.tasks('cloud', 'status')).exitCode).toBe(0)
  }, 60_000)

  it('tells its secret to nobody who listens in its place, nor believes them', async () => {
    const access = JSON.parse(await project.read('.tasks/cloud/cloud.json'))
    let heard = ''
    const impostor = createServer((socket) =>
      socket.on('data', (data) => {
        heard += data
        socket.end('here\n')
      }),
    )
    await once(impostor.listen(access.hold.port, '127.0.0.1'), 'listening')
    try {
      expect((await project.tasks('cloud', 'status')).stdout).toContain('is not running')
      expect(heard).not.toBe('')
      expect(heard).not.toContain(access.hold.secret)
    } finally {
      impostor.close()
    }
  }, 60_000)

  it('is ended and removed by down, which says so', async () => {
    const application = spawn('sleep', ['600'], { env: { ...process.env, HOME: file('machines/i-1/home') } })
    started.push(application)
    const over = once(application, 'exit')
    expect((await project.tasks('cloud', 'down')).stdout).toBe(
      'the local cloud had died; what it had left is ended (processes of its machines) and removed (cloud.json, lock)\n',
    )
    expect(await over).toEqual([null, 'SIGKILL'])
    expect([file('cloud.json'), file('lock')].filter(existsSync)).toEqual([])
    expect((await project.tasks('cloud', 'down')).stdout).toBe('the local cloud was not running\n')
  }, 60_000)
})

describe('a second one in the foreground', () => {
  it('joins the first, says so, and ends with it', async () => {
    const first = await up()
    const second = await up()
    first.child.kill('SIGINT')
    expect((await first.over).exitCode).toBe(0)
    const { exitCode, stdout, stderr } = await second.over
    expect(stdout).toContain(`It ran already, as process ${first.child.pid}: this keeps it up.\n`)
    expect(stderr).toMatch(/^E_CLOUD_GONE: the local cloud has ended\nhint: /)
    expect(exitCode).toBe(1)
  }, 60_000)

  it('may let go of it', async () => {
    const first = await up()
    const second = await up()
    second.child.kill('SIGINT')
    expect(await second.over).toMatchObject({ exitCode: 0, stderr: '' })
    expect(first.child.exitCode).toBeNull()
  }, 60_000)

  it('is refused where it wants the cloud to be another', async () => {
    await up()
    const { exitCode, stderr } = await project.tasks('cloud', 'up', '--time-scale', '0.5')
    expect(exitCode).toBe(1)
    expect(stderr).toBe(
      'E_CLOUD_RUNNING: the local cloud runs already, with --time-scale 0.1\n' +
        'hint: leave --time-scale out to join it, or end it first with "tasks cloud down"\n',
    )
  }, 60_000)
})

it.each([
  ['throttle:DescribeInstance', 'DescribeInstance', 'DescribeInstances'],
  ['throttle:monitoring:DescribeAlarms', 'monitoring:DescribeAlarms', 'cloudwatch:DescribeAlarms'],
])(
  'refuses the fault %s, which would never strike',
  async (rule, operation, meant) => {
    const { exitCode, stderr } = await project.tasks('cloud', 'up', '--fault', rule)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`E_ARG_INVALID: --fault: the local cloud has no operation "${operation}"\n`)
    expect(stderr).toMatch(new RegExp(`^hint: did you mean .*${meant}`, 'm'))
  },
  60_000,
)

it('tells its state in bad weather, and leaves the faults to others', async () => {
  const { child, over } = await up(['--fault', 'throttle:*:always', 'delay:ec2:DescribeInstances'])
  const { exitCode, stdout } = await project.tasks('cloud', 'status')
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/AWS_ENDPOINT_URL/),
  })
  child.kill('SIGINT')
  const { stdout: said } = await over
  expect(said).toMatch(/--fault throttle:\* has hit no call\n--fault delay:ec2:DescribeInstances has hit/)
}, 60_000)

it('says which faults have hit no call', async () => {
  const { child, over } = await up([
    '--fault',
    'throttle:DescribeAlarms',
    'delay:ec2:DescribeInstances:always',
  ])
  const { endpoint, region, accessKeyId, secretAccessKey } = await project.cloud()
  const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  await ec2.send(new DescribeInstancesCommand({}))
  ec2.destroy()
  child.kill('SIGINT')
  expect((await over).stdout).toMatch(/Ctrl-C ends it\.\n--fault throttle:DescribeAlarms has hit no call\n$/)
}, 60_000)

it.each([
  ['--port', '99999', 'a whole number from 1 to 65535'],
  ['--port', '0.5', 'a whole number from 1 to 65535'],
  ['--fleet', '1.5', 'a whole number from 0 to 200'],
  ['--time-scale', '0', 'a number from 0.01 to 10'],
  ['--time-scale', '1e-9', 'a number from 0.01 to 10'],
  ['--latency', 'long', 'a number from 0 to 3600'],
])('refuses %s %s', async (flag, value, wanted) => {
  const { exitCode, stderr } = await project.tasks('cloud', 'up', flag, value)
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `E_ARG_INVALID: ${flag}: "${value}" is not ${wanted}\n`,
  })
})

it('ends as it should though Ctrl-C comes twice, from the terminal and from a package manager', async () => {
  const { child, over } = await up()
  child.kill('SIGINT')
  await sleep(20)
  child.kill('SIGINT')
  expect(await over).toMatchObject({ exitCode: 0, stderr: '' })
  expect([file('cloud.json'), file('lock')].filter(existsSync)).toEqual([])
}, 60_000)

it('goes on after an exception that nobody catches', async () => {
  const defect = 'process.on("SIGUSR2", () => { throw new Error("a defect") })'
  const { child, over } = await up([], {
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(defect)}`,
  })
  const said = new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()))
  child.kill('SIGUSR2')
  await said
  expect((await project.tasks('cloud', 'status')).exitCode).toBe(0)
  expect((await project.tasks('cloud', 'down')).stdout).toBe('the local cloud has ended\n')
  expect(await over).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^The local cloud goes on after a failure of its own: Error: a defect\n/),
  })
}, 60_000)

it('names no group where there is none', async () => {
  const template = await Project.fromTemplate('instance-swap')
  await project.remove()
  project = template
  await up(['--fleet', '0'])
  const { stdout } = await project.tasks('cloud', 'status')
  expect(stdout).toMatch(/^Its name server is 127\.0\.0\.1 port \d+\.$/m)
}, 60_000)

it('says which port is taken, and that its records are damaged', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const taken = await project.tasks('cloud', 'up', '--port', String(port))
  server.close()
  expect(taken.stderr).toMatch(
    new RegExp(
      `^E_CLOUD_PORT: the local cloud cannot listen on port ${port}\n(?:.*\n)*hint: leave --port out`,
    ),
  )
  await project.write('.tasks/cloud/records.json', '{"identity":')
  const damaged = await project.tasks('cloud', 'up')
  expect(damaged.stderr).toMatch(
    /^E_CLOUD_RECORDS: .*\n.*records\.json\n(?:.*\n)*hint: put back .*, or remove \.tasks\/cloud to begin anew/,
  )
  expect(existsSync(file('lock'))).toBe(false)
}, 60_000)

it('leaves disks alone whose records somebody has moved away, and says so', async () => {
  const { child, over } = await up()
  const { endpoint, region, accessKeyId, secretAccessKey } = await project.cloud()
  const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const { Images: [base] = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  const request = { ImageId: base?.ImageId, MinCount: 1, MaxCount: 1 }
  const { Instances: [instance] = [] } = await ec2.send(new RunInstancesCommand(request))
  ec2.destroy()
  child.kill('SIGINT')
  await over
  await rename(file('records.json'), file('aside.json'))
  const { exitCode, stderr } = await project.tasks('cloud', 'up')
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(
      /^E_CLOUD_RECORDS: the local cloud's records are gone, and disks are left \(1 in machines\/, 1 in images\/\)\n.*records\.json\nhint: put back/,
    ),
  })
  expect(existsSync(file(`machines/${instance?.InstanceId}/home`))).toBe(true)
  await rename(file('aside.json'), file('records.json'))
  await up()
}, 60_000)

it('is ended by down although what it says of itself is damaged', async () => {
  const { over } = await up()
  await project.write('.tasks/cloud/cloud.json', '{"pid":')
  const { exitCode, stderr } = await project.tasks('cloud', 'status')
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^E_CLOUD_FILE: .*\n.*cloud\.json\n(?:.*\n)*hint: "tasks cloud down" ends the cloud/)
  expect((await project.tasks('cloud', 'down')).stdout).toBe('the local cloud has ended\n')
  expect((await over).exitCode).toBe(0)
}, 60_000)

it('ends when its directory is removed, and leaves nothing there', async () => {
  const { over } = await up()
  await rm(join(project.directory, '.tasks/cloud'), { recursive: true })
  expect(await over).toMatchObject({ exitCode: 0, stderr: '' })
  expect(existsSync(join(project.directory, '.tasks/cloud'))).toBe(false)
}, 60_000)

describe("the user's settings of AWS", () => {
  it.each([
    ['leave configured endpoints alone', 'ignore_configured_endpoint_urls = true', {}],
    [
      'name others',
      'services = own\n[services own]\nauto_scaling =\n  endpoint_url = http://127.0.0.1:9',
      {},
    ],
    ['ask for FIPS', '', { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
  ])(
    'may %s: the stage keeps to its cloud',
    async (_, settings, env) => {
      const own = await Project.fromTemplate('instance-swap')
      try {
        await own.write('aws-config', `[default]\n${settings}\n`)
        const child = own.start(['plan', 'deploy:bluegreen', '--release', 'v2'], {
          AWS_CONFIG_FILE: join(own.directory, 'aws-config'),
          ...env,
        })
        const { exitCode, stdout, stderr } = await ended(child)
        expect(stderr + stdout).not.toMatch(/E_[A-Z]/)
        expect(exitCode).toBe(0)
      } finally {
        await own.remove()
      }
    },
    60_000,
  )
})
