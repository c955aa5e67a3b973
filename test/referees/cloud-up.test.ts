import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fleet } from '../../templates/instance-swap/local-fleet.ts'
import { type CloudStatus, Project } from '../project.ts'
import { AwsCli } from './aws-cli.ts'
import { cloudUp } from './cloud-up.ts'
import { Python } from './python.ts'
import { until } from './until.ts'
import { versionsAt } from './visitor.ts'

let python: Python
let project: Project
let cloud: CloudStatus

beforeAll(async () => {
  ;[python, project] = await Promise.all([Python.open(), Project.fromTemplate('instance-swap')])
  cloud = await cloudUp(project)
}, 300_000)

afterAll(() => project.remove())

describe.sequential('the AWS CLI at "tasks cloud up"', () => {
  const byTag = 'ec2 describe-instances --filters Name=tag:by,Values=cli'
  const states = `${byTag} --query Reservations[].Instances[].State.Name`
  const group = '--auto-scaling-group-name cli'
  const members =
    'autoscaling describe-auto-scaling-groups --auto-scaling-group-names cli --query AutoScalingGroups[0].Instances[].LifecycleState'
  let aws: AwsCli
  let image = ''
  let subnet = ''
  let securityGroup = ''
  let ids: string[] = []

  /** Asks again until a command prints these words. */
  const reach = (command: string, words: string): Promise<void> =>
    until(`${words} by aws ${command}`, async () => (await aws.words(command)).join(' ') === words, 60_000)

  beforeAll(() => {
    aws = new AwsCli(python, cloud)
  })

  it('reads the fleet that is there', async () => {
    expect(await aws.json('sts get-caller-identity')).toMatchObject({
      Account: expect.stringMatching(/^\d{12}$/),
      Arn: expect.stringContaining(':user/local'),
    })
    expect(await aws.json('autoscaling describe-auto-scaling-groups')).toMatchObject({
      AutoScalingGroups: [{ AutoScalingGroupName: 'web', DesiredCapacity: 3, LoadBalancerNames: ['web'] }],
    })
    await reach(
      'elb describe-instance-health --load-balancer-name web --query InstanceStates[].State',
      'InService InService InService',
    )
    const [zone] = await aws.words('route53 list-hosted-zones --query HostedZones[].Id')
    const records = `route53 list-resource-record-sets --hosted-zone-id ${zone} --query ResourceRecordSets[].Name`
    expect(await aws.words(records)).toEqual(['example.test.', 'example.test.', 'www.example.test.'])
  })

  it('runs instances', async () => {
    const file = join(project.directory, 'hello.sh')
    await writeFile(file, '#!/bin/sh\necho hello\n')
    ;[image = ''] = await aws.words('ec2 describe-images --owners amazon --query Images[0].ImageId')
    ;[securityGroup = ''] = await aws.words('ec2 create-security-group --group-name cli --description cli')
    ids = await aws.words(
      `ec2 run-instances --image-id ${image} --count 2 --instance-type t3.micro --security-group-ids ${securityGroup} ` +
        `--user-data file://${file} --tag-specifications ResourceType=instance,Tags=[{Key=by,Value=cli}] ` +
        '--query Instances[].InstanceId',
    )
    expect(ids).toEqual([expect.stringMatching(/^i-[0-9a-f]{17}$/), expect.stringMatching(/^i-/)])
    await reach(states, 'running running')
    ;[subnet = ''] = await aws.words(`${byTag} --query Reservations[0].Instances[0].SubnetId`)
  })

  it('makes a balancer for them', async () => {
    const of = '--load-balancer-name cli'
    const listener = 'Protocol=HTTP,LoadBalancerPort=9000,InstanceProtocol=HTTP,InstancePort=8080'
    const [dnsName] = await aws.words(
      `elb create-load-balancer ${of} --listeners ${listener} --subnets ${subnet} --query DNSName`,
    )
    expect(dnsName).toMatch(/^cli-\d+\.us-east-1\.elb\.amazonaws\.com$/)
    const check = 'Target=HTTP:8080/health,Interval=5,Timeout=2,UnhealthyThreshold=2,HealthyThreshold=2'
    await aws.json(`elb configure-health-check ${of} --health-check ${check}`)
    const attributes = '{"ConnectionDraining":{"Enabled":true,"Timeout":30}}'
    await aws.json(`elb modify-load-balancer-attributes ${of} --load-balancer-attributes ${attributes}`)
    await aws.json(`elb register-instances-with-load-balancer ${of} --instances ${ids.join(' ')}`)
    expect(await aws.json('elb describe-load-balancers --load-balancer-names cli')).toMatchObject({
      LoadBalancerDescriptions: [{ HealthCheck: { Interval: 5 }, Instances: [{}, {}] }],
    })
  })

  it('makes a group, and moves an instance through it', async () => {
    const source = '--launch-configuration-name cli'
    await aws.json(
      `autoscaling create-launch-configuration ${source} --image-id ${image} --instance-type t3.micro`,
    )
    const sizes = '--min-size 0 --max-size 3 --desired-capacity 0'
    await aws.json(
      `autoscaling create-auto-scaling-group ${group} ${source} ${sizes} --vpc-zone-identifier ${subnet}`,
    )
    await aws.json(`autoscaling attach-instances ${group} --instance-ids ${ids[0]}`)
    await reach(members, 'InService')
    await aws.json(
      `autoscaling enter-standby ${group} --instance-ids ${ids[0]} --should-decrement-desired-capacity`,
    )
    await reach(members, 'Standby')
  })

  it('makes a zone, and changes its records', async () => {
    const [zone] = await aws.words(
      'route53 create-hosted-zone --name cli.test --caller-reference cli --query HostedZone.Id',
    )
    const record = '{"Name":"a.cli.test","Type":"A","TTL":60,"ResourceRecords":[{"Value":"192.0.2.1"}]}'
    for (const action of ['CREATE', 'DELETE']) {
      const batch = `{"Changes":[{"Action":"${action}","ResourceRecordSet":${record}}]}`
      const [change] = await aws.words(
        `route53 change-resource-record-sets --hosted-zone-id ${zone} --change-batch ${batch} --query ChangeInfo.Id`,
      )
      await reach(`route53 get-change --id ${change} --query ChangeInfo.Status`, 'INSYNC')
    }
    await aws.json(`route53 delete-hosted-zone --id ${zone}`)
  })

  it('takes all of it down', async () => {
    await aws.json(`autoscaling delete-auto-scaling-group ${group} --force-delete`)
    await aws.json(`ec2 terminate-instances --instance-ids ${ids.join(' ')}`)
    await aws.json('elb delete-load-balancer --load-balancer-name cli')
    await reach(states, 'terminated terminated')
    await reach(members, 'None')
    await aws.json('autoscaling delete-launch-configuration --launch-configuration-name cli')
    await aws.json(`ec2 delete-security-group --group-id ${securityGroup}`)
  })

  it('is refused with a code and a sentence', async () => {
    expect(await aws.refusal('ec2 describe-instances --instance-ids i-0123456789abcdef0')).toBe(
      'InvalidInstanceID.NotFound',
    )
    expect(await aws.refusal('elb describe-instance-health --load-balancer-name nobody')).toBe(
      'LoadBalancerNotFound',
    )
  })
})

describe.sequential('a fleet that boto3 has made', () => {
  it('is deployed, behind its own balancer and one that its group does not know', async () => {
    const userData = join(project.directory, 'user-data')
    await writeFile(userData, await fleet.userData())
    const [made] = await python.report('foreign_fleet.py', cloud, userData)
    expect(made).toMatchObject({ check: 'the group has two', actual: 2 })
    const versions = () =>
      Promise.all([
        versionsAt(cloud, 'front.shop.test', 9080, 10),
        versionsAt(cloud, 'extra.shop.test', 9081, 10),
      ])
    expect(await versions()).toEqual([['v1'], ['v1']])
    const fleetFlags = ['--group', 'shop', '--balancers', 'shop-extra']
    const run = await project.json(['run', 'deploy:bluegreen', ...fleetFlags, '--release', 'v7'])
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(run.exitCode).toBe(0)
    expect(await versions()).toEqual([['v7'], ['v7']])
  }, 180_000)
})
