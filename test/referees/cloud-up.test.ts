import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fleet } from '../../templates/instance-swap/local-fleet.ts'
import { type CloudStatus, Project } from '../project.ts'
import { AwsCli } from './aws-cli.ts'
import { cloudUp } from './cloud-up.ts'
import { Python } from './python.ts'
import { versionsAt } from './visitor.ts'

let python: Python
let project: Project
let cloud: CloudStatus

beforeAll(async () => {
  ;[python, project] = await Promise.all([Python.open(), Project.fromTemplate('instance-swap')])
  cloud = await cloudUp(project)
}, 300_000)

afterAll(() => project.remove())

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100))
    if (await holds()) return
  throw new Error(`not within a minute: ${what}`)
}

describe.sequential('the AWS CLI at "tasks cloud up"', () => {
  it('reads the fleet that is there', async () => {
    const aws = new AwsCli(python, cloud)
    expect(await aws.json('sts get-caller-identity')).toMatchObject({
      Account: expect.stringMatching(/^\d{12}$/),
      Arn: expect.stringContaining(':user/local'),
    })
    expect(await aws.json('autoscaling describe-auto-scaling-groups')).toMatchObject({
      AutoScalingGroups: [{ AutoScalingGroupName: 'web', DesiredCapacity: 3, LoadBalancerNames: ['web'] }],
    })
    const states = 'elb describe-instance-health --load-balancer-name web --query InstanceStates[].State'
    expect(await aws.words(states)).toEqual(['InService', 'InService', 'InService'])
    const [zone] = await aws.words('route53 list-hosted-zones --query HostedZones[].Id')
    const records = `route53 list-resource-record-sets --hosted-zone-id ${zone} --query ResourceRecordSets[].Name`
    expect(await aws.words(records)).toEqual(['example.test.', 'example.test.', 'www.example.test.'])
  })

  it('makes a fleet, changes it, and takes it down', async () => {
    const aws = new AwsCli(python, cloud)
    const file = join(project.directory, 'hello.sh')
    await writeFile(file, '#!/bin/sh\necho hello\n')
    const [image] = await aws.words('ec2 describe-images --owners amazon --query Images[0].ImageId')
    const [group] = await aws.words('ec2 create-security-group --group-name cli --description cli')
    const ids = await aws.words(
      `ec2 run-instances --image-id ${image} --count 2 --instance-type t3.micro --security-group-ids ${group} ` +
        `--user-data file://${file} --tag-specifications ResourceType=instance,Tags=[{Key=by,Value=cli}] ` +
        '--query Instances[].InstanceId',
    )
    expect(ids).toEqual([expect.stringMatching(/^i-[0-9a-f]{17}$/), expect.stringMatching(/^i-/)])
    const byTag = 'ec2 describe-instances --filters Name=tag:by,Values=cli'
    const states = `${byTag} --query Reservations[].Instances[].State.Name`
    await until('both run', async () => (await aws.words(states)).join() === 'running,running')

    const [subnet] = await aws.words(`${byTag} --query Reservations[0].Instances[0].SubnetId`)
    const listener = 'Protocol=HTTP,LoadBalancerPort=9000,InstanceProtocol=HTTP,InstancePort=8080'
    const [dnsName] = await aws.words(
      `elb create-load-balancer --load-balancer-name cli --listeners ${listener} --subnets ${subnet} --query DNSName`,
    )
    expect(dnsName).toMatch(/^cli-\d+\.us-east-1\.elb\.amazonaws\.com$/)
    const check = 'Target=HTTP:8080/health,Interval=5,Timeout=2,UnhealthyThreshold=2,HealthyThreshold=2'
    await aws.json(`elb configure-health-check --load-balancer-name cli --health-check ${check}`)
    const attributes = '{"ConnectionDraining":{"Enabled":true,"Timeout":30}}'
    await aws.json(
      `elb modify-load-balancer-attributes --load-balancer-name cli --load-balancer-attributes ${attributes}`,
    )
    await aws.json(
      `elb register-instances-with-load-balancer --load-balancer-name cli --instances ${ids.join(' ')}`,
    )
    expect(await aws.json('elb describe-load-balancers --load-balancer-names cli')).toMatchObject({
      LoadBalancerDescriptions: [{ HealthCheck: { Interval: 5 }, Instances: [{}, {}] }],
    })

    await aws.json(
      `autoscaling create-launch-configuration --launch-configuration-name cli --image-id ${image} --instance-type t3.micro`,
    )
    await aws.json(
      'autoscaling create-auto-scaling-group --auto-scaling-group-name cli --launch-configuration-name cli ' +
        `--min-size 0 --max-size 3 --desired-capacity 0 --vpc-zone-identifier ${subnet} --tags Key=by,Value=cli`,
    )
    const named = '--auto-scaling-group-name cli'
    await aws.json(`autoscaling attach-instances ${named} --instance-ids ${ids[0]}`)
    const members = `autoscaling describe-auto-scaling-groups --auto-scaling-group-names cli --query AutoScalingGroups[0].Instances[].LifecycleState`
    await until('one is in service', async () => (await aws.words(members)).join() === 'InService')
    await aws.json(
      `autoscaling enter-standby ${named} --instance-ids ${ids[0]} --should-decrement-desired-capacity`,
    )
    await until('it is in standby', async () => (await aws.words(members)).join() === 'Standby')

    const [zone] = await aws.words(
      'route53 create-hosted-zone --name cli.test --caller-reference cli --query HostedZone.Id',
    )
    const record = '{"Name":"a.cli.test","Type":"A","TTL":60,"ResourceRecords":[{"Value":"192.0.2.1"}]}'
    const batch = (action: string) => `{"Changes":[{"Action":"${action}","ResourceRecordSet":${record}}]}`
    for (const action of ['CREATE', 'DELETE']) {
      const [change] = await aws.words(
        `route53 change-resource-record-sets --hosted-zone-id ${zone} --change-batch ${batch(action)} --query ChangeInfo.Id`,
      )
      const status = `route53 get-change --id ${change} --query ChangeInfo.Status`
      await until(`${action} is in sync`, async () => (await aws.words(status)).join() === 'INSYNC')
    }

    await aws.json(`route53 delete-hosted-zone --id ${zone}`)
    await aws.json(`autoscaling delete-auto-scaling-group ${named} --force-delete`)
    await aws.json(`ec2 terminate-instances --instance-ids ${ids.join(' ')}`)
    await aws.json('elb delete-load-balancer --load-balancer-name cli')
    await until(
      'both are terminated',
      async () => (await aws.words(states)).join() === 'terminated,terminated',
    )
    await until('the group is gone', async () => (await aws.words(members)).join() === 'None')
    await aws.json('autoscaling delete-launch-configuration --launch-configuration-name cli')
    await aws.json(`ec2 delete-security-group --group-id ${group}`)
  }, 120_000)

  it('is refused with a code and a sentence', async () => {
    const aws = new AwsCli(python, cloud)
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
