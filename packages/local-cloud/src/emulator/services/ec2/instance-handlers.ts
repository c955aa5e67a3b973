import type { InstanceStateChange } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { InstanceState } from './compute.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { findAll, findOne, kinds } from './ids.ts'
import { reservationAnswers, stateAnswer } from './instance-answer.ts'
import { withTemplate } from './launch-template-data.ts'
import type { Launcher } from './launcher.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { InstanceRecord } from './records.ts'
import { specifiedTags } from './tags.ts'

/** What RunInstances may tag; spot requests are accepted and never made. */
const taggable = ['instance', 'volume', 'network-interface', 'spot-instances-request']

/** The calls that change instances. */
export function instanceHandlers(ec2: Ec2Context, launcher: Launcher, lifecycle: Lifecycle): Ec2Handlers {
  const { instances } = ec2.records
  /** Checks all instances before the first is changed, as EC2 does. */
  const change = (
    ids: readonly string[],
    { check, apply }: { check: (record: InstanceRecord) => void; apply: (record: InstanceRecord) => void },
  ): InstanceStateChange[] => {
    const records = findAll(kinds.instance, instances, [...new Set(ids)])
    for (const record of records) check(record)
    const before = records.map(({ state }) => state)
    for (const record of records) apply(record)
    return records.map(({ id, state }, index) => ({
      InstanceId: id,
      CurrentState: stateAnswer(state),
      PreviousState: stateAnswer(before[index] ?? state),
    }))
  }
  return {
    async RunInstances(request, { spoiled }) {
      const count = countOf(request.MinCount ?? 0, request.MaxCount ?? 0)
      const full = withTemplate(ec2, request)
      const tags = specifiedTags(full.TagSpecifications, taggable)
      const [reservation] = reservationAnswers(ec2, await launcher.launch(full, count, tags, spoiled))
      return reservation ?? {}
    },
    TerminateInstances({ InstanceIds = [] }) {
      const apply = (record: InstanceRecord): void => lifecycle.terminate(record)
      return { TerminatingInstances: change(InstanceIds, { check: refuseProtected, apply }) }
    },
    StopInstances({ InstanceIds = [] }) {
      const check = allowedFrom('stopped', ['running', 'stopping', 'stopped'])
      return { StoppingInstances: change(InstanceIds, { check, apply: (record) => lifecycle.stop(record) }) }
    },
    StartInstances({ InstanceIds = [] }) {
      const check = allowedFrom('started', ['stopped', 'pending', 'running'])
      return { StartingInstances: change(InstanceIds, { check, apply: (record) => lifecycle.start(record) }) }
    },
    RebootInstances({ InstanceIds = [] }) {
      const check = allowedFrom('rebooted', ['running'])
      change(InstanceIds, { check, apply: (record) => lifecycle.reboot(record) })
      return {}
    },
    ModifyInstanceAttribute({ InstanceId = '', Attribute, Value, DisableApiTermination, ...rest }) {
      const record = findOne(kinds.instance, instances, InstanceId)
      const byName = Attribute === 'disableApiTermination' ? Value === 'true' : undefined
      const disabled = DisableApiTermination?.Value ?? byName
      if (disabled === undefined) {
        const asked = Attribute ?? Object.keys(rest).join(', ')
        throw new AwsError(
          'UnsupportedOperation',
          `This cloud changes disableApiTermination alone, not ${asked}.`,
        )
      }
      record.disableApiTermination = disabled
      ec2.save()
      return {}
    },
    GetConsoleOutput({ InstanceId = '' }) {
      const { id, state } = findOne(kinds.instance, instances, InstanceId)
      const gone = state === 'terminated' || state === 'shutting-down'
      const text = gone ? '' : ec2.machines.consoleOutput(id)
      return { InstanceId: id, Output: Buffer.from(text).toString('base64'), Timestamp: ec2.clock.now() }
    },
  }
}

function countOf(least: number, most: number): number {
  if (least < 1)
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${least}) for parameter minCount is invalid. Expecting a value of at least 1.`,
    )
  if (least > most) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${least}) for parameter minCount is invalid. minCount must be less than or equal to maxCount.`,
    )
  }
  return most
}

function refuseProtected({ id, disableApiTermination }: InstanceRecord): void {
  if (!disableApiTermination) return
  throw new AwsError(
    'OperationNotPermitted',
    `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  )
}

function allowedFrom(what: string, states: readonly InstanceState[]): (record: InstanceRecord) => void {
  return ({ id, state }) => {
    if (states.includes(state)) return
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${id}' is not in a state from which it can be ${what}.`,
    )
  }
}
