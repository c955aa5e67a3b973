import { join } from 'node:path'
import { autoScaling } from '@viridian/aws-autoscaling'
import { ec2 } from '@viridian/aws-ec2'
import { elb } from '@viridian/aws-elb'
import { remoteTask, task, ViridianError } from '@viridian/core'

export const fleets = autoScaling()
export const instances = ec2({ ssh: { user: 'deploy' } })
export const traffic = elb()

const here = import.meta.dirname
const release = { type: 'string', description: 'the version to deploy' } as const

/** A release's name as a file's name: whatever is in it, it stays one. */
function fileOf(name: string) {
  const file = encodeURIComponent(name).replace(/^\.+|^-/, (sign) =>
    sign === '-' ? '%2D' : '%2E'.repeat(sign.length),
  )
  if (file !== '' && file.length <= 200) return file
  throw new ViridianError(
    'E_RELEASE_NAME',
    `a release cannot be named ${file === '' ? 'nothing' : `"${name}"`}`,
    {
      hint: 'name it in 1 to 200 characters: --release v2',
    },
  )
}

const archiveOf = (name: string) => join(here, 'releases', `${fileOf(name)}.tgz`)

export const build_release = task(
  { summary: 'Build the archive of a release', args: { release } },
  async (t) => {
    await t.$`node ${join(here, 'app/build-release.mjs')} ${t.args.release} ${archiveOf(t.args.release)}`
  },
)

export const update_code = remoteTask(
  { summary: 'Put a release on the deployment instances', role: 'deployment', args: { release } },
  async (host, t) => {
    const name = fileOf(t.args.release)
    const web = host.cd('web')
    await web.put(archiveOf(t.args.release), `${name}.tgz`)
    await web.run`mkdir -p releases/${name}`
    await web.run`tar xzf ${name}.tgz -C releases/${name}`
    await web.run`ln -sfn releases/${name} current`
    await web.run`rm ${name}.tgz`
    await host.sudo`systemctl restart web`
    await host.run`sync`
  },
)

export const validate_service = remoteTask(
  {
    summary: 'Ask the deployment instances for their health and version',
    role: 'deployment',
    args: { release },
  },
  async (host, t) => {
    await host.run`node web/current/health.mjs http://${host.labels.privateAddress ?? host.address}:8080 ${t.args.release}`
  },
)

export const bluegreen = task(
  {
    summary: 'Replace the fleet behind the load balancer',
    args: {
      group: { type: 'string', description: 'the Auto Scaling group' },
      release,
      balancers: {
        type: 'string[]',
        default: [],
        description: 'load balancers of the fleet that its group does not know',
      },
      keepBlue: { type: 'duration', default: '0s', description: 'how long the way back stays open' },
    },
    locks: ({ group }) => [`group/${group}`],
  },
  async (t) => {
    const blue = await fleets.describe(t, t.args.group)
    const others = await traffic.describe(t, t.args.balancers)
    const balancers = [...blue.loadBalancers, ...others]
    await t.run(build_release)
    const pin = await fleets.pin(t, blue)
    const green = await instances.launchLike(t, blue.launch, { like: blue, count: blue.desired })
    t.assign('deployment', green)
    await t.run(update_code)
    await t.run(validate_service)
    const image = instances.bake(t, green[0])
    await fleets.attach(t, blue, green)
    await traffic.register(t, others, green)
    await traffic.inService(t, balancers, green)
    await fleets.relaunchWith(t, blue, await image)
    await traffic.deregister(t, others, blue.instances)
    await fleets.standby(t, blue, blue.instances)
    await t.keep(t.args.keepBlue, (watch) => traffic.healthy(watch, balancers, green))
    await t.commit()
    await fleets.retire(t, blue, blue.instances)
    await fleets.unpin(t, pin)
    await fleets.show(t, blue)
  },
)
