import { expect, test } from 'vitest'
import { infoOf } from './instance-types.ts'

test.each([
  ['t3.micro', 'x86_64', 2, 1],
  ['t2.nano', 'x86_64', 1, 0.5],
  ['t4g.2xlarge', 'arm64', 8, 32],
  ['m5.large', 'x86_64', 2, 8],
  ['c7gn.medium', 'arm64', 1, 2],
  ['r6i.32xlarge', 'x86_64', 128, 1024],
  ['m7i-flex.xlarge', 'x86_64', 4, 16],
] as const)('%s has the size that its name says', (type, architecture, cpus, gib) => {
  expect(infoOf(type)).toMatchObject({
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    VCpuInfo: { DefaultVCpus: cpus },
    MemoryInfo: { SizeInMiB: gib * 1024 },
  })
})

test.each(['g4dn.xlarge', 'c5n.large', 'm5.metal'] as const)('of %s no size is told', (type) => {
  const { VCpuInfo, MemoryInfo } = infoOf(type)
  expect([VCpuInfo, MemoryInfo]).toEqual([undefined, undefined])
})
