import { autoScalingApi, makeSure } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isLeaving, readMembers } from './group.ts'

/** Ends a member of a group by name (`TerminateInstanceInAutoScalingGroup`); content with one that is on its way out. */
export async function endMember(
  c: StepContext,
  group: string,
  id: string,
  { replaced }: { readonly replaced: boolean },
): Promise<void> {
  const input = { InstanceId: id, ShouldDecrementDesiredCapacity: !replaced }
  await makeSure(
    c,
    () => autoScalingApi(c, 'TerminateInstanceInAutoScalingGroup', input, z.unknown()),
    async () => isLeaving((await readMembers(c, group, [id])).get(id)),
  )
}
