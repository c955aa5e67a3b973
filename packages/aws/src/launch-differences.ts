import { createHash } from 'node:crypto'
import type { LaunchConfiguration } from '@aws-sdk/client-auto-scaling'
import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2'
import { launchConfigurationFates } from './launch-configuration.ts'
import { unpinned } from './launch-copy.ts'
import type { LaunchSettings } from './launch-settings.ts'
import { templateDataFates } from './launch-template.ts'
import { type Difference, differences } from './replica.ts'

/**
 * In which settings a launch source differs from the one that it was copied from: the image, if it is a faithful copy.
 *
 * @example
 * ```ts
 * const original = await readLaunchSettings(c, blue.launch.source)
 * const copy = await readLaunchSettings(c, { kind: 'launchConfiguration', name: 'web-v2' })
 * launchDifferences(original, copy).filter(({ expected }) => !expected) // [] of a faithful copy
 * ```
 */
export function launchDifferences(original: LaunchSettings, copy: LaunchSettings): Difference[] {
  const what = 'launch source'
  if (original.kind === 'launchConfiguration' && copy.kind === 'launchConfiguration') {
    const [one, other] = [hidden(original.configuration), hidden(copy.configuration)]
    const { BlockDeviceMappings } = unpinned(one.BlockDeviceMappings)
    return differences<Partial<LaunchConfiguration>>(what, one, other, launchConfigurationFates, {
      BlockDeviceMappings,
    })
  }
  if (original.kind === 'launchTemplate' && copy.kind === 'launchTemplate') {
    const [one, other] = [original, copy].map(({ version }) => hidden(version.LaunchTemplateData))
    const { BlockDeviceMappings } = unpinned(one?.BlockDeviceMappings)
    return differences<ResponseLaunchTemplateData>(what, one ?? {}, other ?? {}, templateDataFates, {
      BlockDeviceMappings,
    })
  }
  return [{ member: `${what}: kind`, original: original.kind, copy: copy.kind, expected: false }]
}

/** User data is a secret: it is told apart by its digest, and shown by no more. */
function hidden<Settings extends { readonly UserData?: string | undefined }>(settings: Settings): Settings {
  const { UserData } = settings
  if (UserData === undefined) return settings
  return {
    ...settings,
    UserData: `sha256 ${createHash('sha256').update(UserData).digest('hex').slice(0, 12)}`,
  }
}
