import { balancerThing, elbApi, runTag } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import type { ResourceRef } from './resource-ref.ts'
import { readTagsOf } from './v2/settings.ts'

const Tagged = z.object({
  TagDescriptions: z.array(
    z.object({
      LoadBalancerName: z.string(),
      Tags: z.array(z.object({ Key: z.string(), Value: z.string().default('') })).default([]),
    }),
  ),
})

/** As many names as `DescribeTags` takes. */
const namesInACall = 20

/** The runs that have made balancers, by what steps call these. */
export async function runsOf(
  c: StepContext,
  balancers: readonly ResourceRef[],
): Promise<ReadonlyMap<string, string>> {
  const classic = await classicRuns(
    c,
    balancers.flatMap((each) => (each.kind === 'classic' ? [each.name] : [])),
  )
  const tags = await readTagsOf(
    c,
    balancers.flatMap((each) => (each.kind === 'classic' ? [] : [each.arn])),
  )
  const runs = balancers.map((each): [string, string | undefined] => [
    balancerThing(each),
    each.kind === 'classic'
      ? classic.get(each.name)
      : tags.get(each.arn)?.find(({ Key }) => Key === runTag)?.Value,
  ])
  return new Map(runs.flatMap(([thing, run]) => (run === undefined ? [] : [[thing, run]])))
}

async function classicRuns(c: StepContext, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const runs = new Map<string, string>()
  for (let start = 0; start < names.length; start += namesInACall) {
    const input = { LoadBalancerNames: names.slice(start, start + namesInACall) }
    const { TagDescriptions } = await elbApi(c, 'DescribeTags', input, Tagged)
    for (const { LoadBalancerName, Tags } of TagDescriptions) {
      const run = Tags.find(({ Key }) => Key === runTag)?.Value
      if (run !== undefined) runs.set(LoadBalancerName, run)
    }
  }
  return runs
}
