import { join } from 'node:path'
import { remoteTask, task, ViridianError } from '@viridian/core'

const here = import.meta.dirname
export const release = { type: 'string', description: 'the version to deploy' } as const

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
