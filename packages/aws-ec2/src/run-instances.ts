import { ec2Api, LaunchSource, lookFor, readSameSettings } from '@viridian/aws'
import { defineChange, placeholderText } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findInstances, isEnding } from './instances.ts'
import { Placement } from './placement.ts'
import { runRequest } from './run-request.ts'
import { endInstances } from './terminate-instances.ts'

const Input = z.strictObject({
  source: LaunchSource,
  /** Of the source's settings, as they were when the group was described. */
  digest: z.string(),
  placement: Placement,
  /** The Name that they get, unless the source or the tags have one. */
  name: z.string(),
  tags: z.record(z.string(), z.string()),
})

const Launched = z.object({ Instances: z.array(z.object({ InstanceId: z.string() })) })

/**
 * Starts instances in one subnet or zone with exactly the settings of a launch source (`RunInstances`): all or none.
 * Undone by terminating them.
 */
export const runInstances = defineChange({
  name: 'aws-ec2/run-instances',
  version: 3,
  input: Input,
  beforeSchema: z.null(),
  output: z.strictObject({ ids: z.array(z.string()) }),
  calls: [
    'autoscaling:DescribeLaunchConfigurations',
    'ec2:DescribeLaunchTemplateVersions',
    'ec2:RunInstances',
    'ec2:CreateTags',
    'iam:PassRole',
    'ec2:DescribeInstances',
    'ec2:TerminateInstances',
    'ec2:ModifyInstanceAttribute',
  ],
  title: ({ placement }) => `run ${placement.count} in ${placement.subnet ?? placement.zone}`,
  placeholder: ({ placement }) => ({
    ids: Array.from({ length: placement.count }, (_, index) =>
      placeholderText(`instance ${index + 1} in ${placement.subnet ?? placement.zone}`),
    ),
  }),
  before: async () => null,
  run: async ({ source, digest, ...launch }, c) => {
    const settings = await readSameSettings(c, source, digest)
    const request = runRequest({ ...launch, settings, made: c })
    const { Instances } = await ec2Api(c, 'RunInstances', request, Launched)
    const ids = Instances.map(({ InstanceId }) => InstanceId)
    return { ids }
  },
  find: async ({ placement }, c) => {
    let ids: string[] = []
    await lookFor(c, async () => {
      const found = await findInstances(c, { Name: 'client-token', Values: [c.token] })
      ids = found.filter((instance) => !isEnding(instance)).map(({ InstanceId }) => InstanceId)
      return ids.length === placement.count
    })
    return ids.length > 0 ? { status: 'done', output: { ids } } : { status: 'absent' }
  },
  undo: async (_input, { output, ...c }) => {
    const gone = await endInstances(c, output.ids)
    return gone.length > 0 ? { leftAlone: `${gone.join(', ')}: not known to EC2 any more` } : undefined
  },
  touches: (_input, { ids }) => ids.map((id) => `instance/${id}`),
  makes: (_input, { ids }) => ids.map((id) => `instance/${id}`),
  hosts: (_input, { ids }) => ids,
  leaves: (_input, { ids }) => ids.map((id) => `instance ${id}`),
})
