import type { InstanceTypeInfo } from '@aws-sdk/client-ec2'
import { sdk } from '../../sdk.ts'

export type InstanceType = NonNullable<InstanceTypeInfo['InstanceType']>

/** Those of AWS when the SDK was made: a younger one is refused here. */
export const instanceTypes: readonly InstanceType[] = Object.values(sdk.ec2._InstanceType).sort()

/** Whether AWS has instances of this type. */
export const isInstanceType = (text: string): text is InstanceType =>
  instanceTypes.some((type) => type === text)
