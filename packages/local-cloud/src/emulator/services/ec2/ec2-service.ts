import { setMaxListeners } from 'node:events'
import { sdk } from '../../sdk.ts'
import type { Service } from '../../service.ts'
import { accountHandlers } from './account-handlers.ts'
import type { Compute } from './compute.ts'
import { computeOf } from './compute-view.ts'
import { type Ec2Parts, ec2Context } from './context.ts'
import { describeHandlers } from './describe-handlers.ts'
import { imageHandlers } from './image-handlers.ts'
import { Images } from './images.ts'
import { instanceHandlers } from './instance-handlers.ts'
import { instanceTypeHandlers } from './instance-type-handlers.ts'
import { keyPairHandlers } from './key-pairs.ts'
import { launchTemplateHandlers } from './launch-template-handlers.ts'
import { Launcher } from './launcher.ts'
import { Lifecycle } from './lifecycle.ts'
import { networkHandlers } from './network.ts'
import { networkInterfaceHandlers } from './network-interfaces.ts'
import { ensureDefaultGroup, securityGroupHandlers } from './security-groups.ts'
import { tagHandlers } from './tags.ts'
import { volumeHandlers } from './volumes.ts'

const client = sdk.ec2

/** EC2 (API version 2016-11-15): the service, and what it offers to the others. */
export interface Ec2 {
  readonly service: Service<typeof client>
  readonly compute: Compute
  /** Makes an image of Amazon's from a directory (or an empty one) and answers its id; a name is imported once. */
  importImage(name: string, directory?: string): Promise<string>
  /** Takes over the instances of an earlier cloud process; resolves when those that ran have booted. */
  restore(): Promise<void>
  /** Ends the waits behind the calls. The records stay as they are, for the next `restore`. */
  close(): void
}

/** Opens EC2 on these parts of a cloud, with what its store has kept. */
export function ec2Service(parts: Ec2Parts): Ec2 {
  const closing = new AbortController()
  // Every wait behind a call listens to it, however many there are.
  setMaxListeners(0, closing.signal)
  const ec2 = ec2Context(parts, closing.signal)
  ensureDefaultGroup(ec2)
  const images = new Images(ec2)
  const lifecycle = new Lifecycle(ec2)
  const launcher = new Launcher(ec2, images, lifecycle)
  parts.machines.onReboot((id) => {
    const record = ec2.records.instances[id]
    if (record?.state === 'running') lifecycle.reboot(record)
  })
  return {
    service: {
      signingName: 'ec2',
      client,
      tryingOut: ['RunInstances'],
      handlers: {
        ...instanceHandlers(ec2, launcher, lifecycle),
        ...describeHandlers(ec2, lifecycle),
        ...imageHandlers(ec2, images),
        ...keyPairHandlers(ec2),
        ...securityGroupHandlers(ec2),
        ...networkHandlers(ec2),
        ...networkInterfaceHandlers(ec2),
        ...instanceTypeHandlers(ec2),
        ...launchTemplateHandlers(ec2),
        ...tagHandlers(ec2),
        ...volumeHandlers(ec2),
        ...accountHandlers(ec2),
      },
    },
    compute: computeOf(ec2, launcher, lifecycle),
    importImage: (name, directory) => images.import(name, directory),
    restore: () => {
      images.restore()
      return lifecycle.restore()
    },
    close: () => closing.abort(new Error('The cloud is closing.')),
  }
}
