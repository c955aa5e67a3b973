import type { InstanceTypeInfo } from '@aws-sdk/client-ec2'
import { sdk } from '../../sdk.ts'

export type InstanceType = NonNullable<InstanceTypeInfo['InstanceType']>

/** Those of AWS when the SDK was made: a younger one is refused here. */
export const instanceTypes: readonly InstanceType[] = Object.values(sdk.ec2._InstanceType).sort()

/** Whether AWS has instances of this type. */
export const isInstanceType = (text: string): text is InstanceType =>
  instanceTypes.some((type) => type === text)

/** What follows from a type's name. Where its size follows from no rule, it is not told. */
export function infoOf(type: InstanceType): InstanceTypeInfo {
  const [family = '', size = ''] = type.split('.')
  const isMetal = size.startsWith('metal')
  const vcpus = vcpusOf(family, size)
  const gib = vcpus && gibOf(family, size, vcpus)
  return {
    InstanceType: type,
    BareMetal: isMetal,
    BurstablePerformanceSupported: isBurstable(family),
    ProcessorInfo: { SupportedArchitectures: [architectureOf(family)] },
    SupportedRootDeviceTypes: ['ebs'],
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedVirtualizationTypes: ['hvm'],
    ...(vcpus !== undefined && { VCpuInfo: { DefaultVCpus: vcpus } }),
    ...(gib !== undefined && { MemoryInfo: { SizeInMiB: gib * 1024 } }),
  }
}

const isBurstable = (family: string): boolean => /^t\d/.test(family)

/** A letter g behind the generation is for AWS's own processors: `c7gn`, `t4g`, `x2gd`. */
function architectureOf(family: string): 'arm64' | 'x86_64' | 'arm64_mac' | 'x86_64_mac' {
  if (family.startsWith('mac')) return family === 'mac1' ? 'x86_64_mac' : 'arm64_mac'
  return family === 'a1' || /^[a-z]+\d+[a-z]*g/.test(family) ? 'arm64' : 'x86_64'
}

/** GiB for each virtual processor. */
const memory: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 }

/** c5n has another ratio than its kind, and before the fifth generation (of m: the fourth) all have. */
const isRegular = (family: string): boolean =>
  /^(m4|[cmr]([5-9])[a-z]*(-flex)?)$/.test(family) && family !== 'c5n'

const burstableGib: Readonly<Record<string, number>> = {
  nano: 0.5,
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  '2xlarge': 32,
}

function vcpusOf(family: string, size: string): number | undefined {
  if (!isRegular(family) && !/^t[234]/.test(family)) return undefined
  if (size === 'nano' || size === 'micro' || size === 'small') return family === 't2' ? 1 : 2
  if (size === 'medium') return isBurstable(family) ? 2 : 1
  if (size === 'large') return 2
  const times = /^(\d*)xlarge$/.exec(size)
  return times === null ? undefined : 4 * Number(times[1] || 1)
}

function gibOf(family: string, size: string, vcpus: number): number | undefined {
  if (isBurstable(family)) return burstableGib[size]
  const ratio = memory[family.slice(0, 1)]
  return ratio && ratio * vcpus
}
