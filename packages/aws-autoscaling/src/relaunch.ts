import { type Fleet, type LaunchSource, type LaunchSpec, sourceName } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { createLaunchConfiguration } from './create-launch-configuration.ts'
import { createLaunchTemplateVersion } from './create-launch-template-version.ts'
import { setGroupLaunch } from './group-launch.ts'

/** Copies a launch source with another image: see `AutoScaling.copyLaunch`. */
export function copyLaunch(t: Steps, launch: LaunchSpec, image: string): Promise<LaunchSource> {
  const title = `copy ${sourceName(launch.source)} with ${image}`
  return t.move({ name: 'copy-launch', title }, (t) => copied(t, launch, { image }))
}

/** Makes a group launch another image: see `AutoScaling.relaunchWith`. */
export function relaunchWith(
  t: Steps,
  { name: group, launch, loadBalancers }: Fleet,
  image: string,
): Promise<void> {
  return t.move({ name: 'relaunch', title: `let ${group} launch ${image}` }, async (t) => {
    const { source } = launch
    if (launch.floating !== undefined)
      await t.step(setGroupLaunch, { group, source, own: false, loadBalancers })
    await t.step(setGroupLaunch, {
      group,
      source: await copied(t, launch, { image, group }),
      own: true,
      loadBalancers,
    })
  })
}

async function copied(
  t: Steps,
  { source, digest }: LaunchSpec,
  { image, group }: { image: string; group?: string },
): Promise<LaunchSource> {
  if (source.kind === 'launchConfiguration') {
    const { name } = await t.step(createLaunchConfiguration, { from: source.name, digest, image })
    return { kind: source.kind, name }
  }
  const { version } = await t.step(createLaunchTemplateVersion, {
    ...{ from: source, digest, image },
    ...(group !== undefined && { group }),
  })
  return { ...source, version }
}
