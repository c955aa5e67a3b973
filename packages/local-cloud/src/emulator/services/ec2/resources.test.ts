import {
  AuthorizeSecurityGroupIngressCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeAvailabilityZonesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ec2Cloud, openEc2Cloud, temporaryDirectory } from '../../testing/ec2-cloud.ts'

let cloud: Ec2Cloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  directory = await temporaryDirectory()
  cloud = await openEc2Cloud({ directory: directory.path })
})

afterAll(async () => {
  await cloud.close()
  await directory.remove()
  expect(cloud.reports).toEqual([])
})

test.each(['rsa', 'ed25519'] as const)(
  'a created %s key pair hands out its private key once',
  async (KeyType) => {
    const name = `made-${KeyType}`
    const made = await cloud.client.send(new CreateKeyPairCommand({ KeyName: name, KeyType }))
    const key = ssh2.utils.parseKey(made.KeyMaterial ?? '')
    if (key instanceof Error) throw key
    const { KeyPairs } = await cloud.client.send(
      new DescribeKeyPairsCommand({ KeyNames: [name], IncludePublicKey: true }),
    )
    expect(KeyPairs).toMatchObject([{ KeyName: name, KeyType, KeyPairId: made.KeyPairId }])
    expect(KeyPairs?.[0]?.PublicKey).toContain(key.getPublicSSH().toString('base64'))
    const again = cloud.client.send(new CreateKeyPairCommand({ KeyName: name }))
    await expect(again).rejects.toMatchObject({ name: 'InvalidKeyPair.Duplicate' })
    await cloud.client.send(new DeleteKeyPairCommand({ KeyName: name }))
    await cloud.client.send(new DeleteKeyPairCommand({ KeyName: name }))
    const gone = cloud.client.send(new DescribeKeyPairsCommand({ KeyNames: [name] }))
    await expect(gone).rejects.toMatchObject({ name: 'InvalidKeyPair.NotFound' })
  },
)

test("key pairs have EC2's forms and fingerprints", async () => {
  const rsa = await cloud.client.send(new CreateKeyPairCommand({ KeyName: 'form-rsa' }))
  expect(rsa.KeyMaterial).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/)
  expect(rsa.KeyFingerprint).toMatch(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/)
  const { KeyPairs } = await cloud.client.send(
    new DescribeKeyPairsCommand({ KeyNames: ['form-rsa'], IncludePublicKey: true }),
  )
  const imported = await cloud.client.send(
    new ImportKeyPairCommand({
      KeyName: 'form-imported',
      PublicKeyMaterial: Buffer.from(KeyPairs?.[0]?.PublicKey ?? ''),
    }),
  )
  expect(imported.KeyFingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
  const ed25519 = await cloud.client.send(
    new CreateKeyPairCommand({ KeyName: 'form-ed25519', KeyType: 'ed25519' }),
  )
  expect(ed25519.KeyMaterial).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/)
  expect(ed25519.KeyFingerprint).toMatch(/^[A-Za-z0-9+/]{43}=$/)
})

test('only public keys are imported', async () => {
  const pair = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
  const of = (text: string): ImportKeyPairCommand =>
    new ImportKeyPairCommand({ KeyName: 'imported', PublicKeyMaterial: Buffer.from(text) })
  await expect(cloud.client.send(of('no key'))).rejects.toMatchObject({ name: 'InvalidKey.Format' })
  await expect(cloud.client.send(of(pair.private))).rejects.toMatchObject({ name: 'InvalidKey.Format' })
  expect((await cloud.client.send(of(pair.public))).KeyPairId).toMatch(/^key-/)
  await expect(cloud.client.send(of(pair.public))).rejects.toMatchObject({ name: 'InvalidKeyPair.Duplicate' })
})

test('a security group is unique by name, keeps its rules, and stays while it is used', async () => {
  const named = { GroupName: 'web', Description: 'web servers' }
  const { GroupId = '' } = await cloud.client.send(new CreateSecurityGroupCommand(named))
  const twin = cloud.client.send(new CreateSecurityGroupCommand(named))
  await expect(twin).rejects.toMatchObject({ name: 'InvalidGroup.Duplicate' })
  const http = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
  const authorize = (): Promise<object> =>
    cloud.client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [http] }))
  await authorize()
  await expect(authorize()).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' })
  const { SecurityGroups } = await cloud.client.send(
    new DescribeSecurityGroupsCommand({ GroupNames: ['web'] }),
  )
  expect(SecurityGroups).toMatchObject([{ GroupId, ...named, IpPermissions: [http], Tags: [] }])

  const [instance] = await cloud.ec2.compute.launch({
    ImageId: cloud.imageId,
    SecurityGroupIds: ['web'],
    count: 1,
  })
  expect(instance?.securityGroupIds).toEqual([GroupId])
  const remove = new DeleteSecurityGroupCommand({ GroupId })
  await expect(cloud.client.send(remove)).rejects.toMatchObject({ name: 'DependencyViolation' })
  const ended = new Promise<void>((resolve) => {
    cloud.ec2.compute.onChange(({ id, state }) => id === instance?.id && state === 'terminated' && resolve())
  })
  cloud.ec2.compute.terminate([instance?.id ?? ''])
  await ended
  await cloud.client.send(remove)
  await expect(cloud.client.send(remove)).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' })
  const standard = cloud.client.send(new DeleteSecurityGroupCommand({ GroupName: 'default' }))
  await expect(standard).rejects.toMatchObject({ name: 'CannotDelete' })
})

test('the default VPC has a subnet in each of three zones', async () => {
  const { Vpcs } = await cloud.client.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  )
  const VpcId = Vpcs?.[0]?.VpcId ?? ''
  const { Subnets } = await cloud.client.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
  )
  const { AvailabilityZones } = await cloud.client.send(new DescribeAvailabilityZonesCommand({}))
  expect(AvailabilityZones?.map(({ ZoneName, ZoneId, State }) => [ZoneName, ZoneId, State])).toEqual([
    ['us-east-1a', 'use1-az1', 'available'],
    ['us-east-1b', 'use1-az2', 'available'],
    ['us-east-1c', 'use1-az3', 'available'],
  ])
  expect(Subnets?.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(
    AvailabilityZones?.map(({ ZoneName }) => ZoneName),
  )
  const unknown = cloud.client.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-00000000'] }))
  await expect(unknown).rejects.toMatchObject({ name: 'InvalidSubnetID.NotFound' })
})

test('tags are set, described, changed and deleted', async () => {
  const [instance] = await cloud.ec2.compute.launch({
    ImageId: cloud.imageId,
    count: 1,
    TagSpecifications: [
      { ResourceType: 'instance', Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }] },
    ],
  })
  const id = instance?.id ?? ''
  const Tags = [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '' },
  ]
  await cloud.client.send(new CreateTagsCommand({ Resources: [id, cloud.imageId], Tags }))
  const tagsOf = async (): Promise<unknown> => {
    const filter = { Name: 'resource-id', Values: [id] }
    const answer = await cloud.client.send(new DescribeTagsCommand({ Filters: [filter] }))
    return answer.Tags?.map(({ Key, Value, ResourceType }) => [Key, Value, ResourceType])
  }
  expect(await tagsOf()).toEqual([
    ['aws:autoscaling:groupName', 'web', 'instance'],
    ['a', '1', 'instance'],
    ['b', '', 'instance'],
  ])
  const remove = (tags?: { Key: string; Value?: string }[]): Promise<unknown> =>
    cloud.client.send(new DeleteTagsCommand({ Resources: [id], Tags: tags }))
  await remove([{ Key: 'a', Value: 'other' }, { Key: 'b' }])
  expect(await tagsOf()).toEqual([
    ['aws:autoscaling:groupName', 'web', 'instance'],
    ['a', '1', 'instance'],
  ])
  await remove()
  expect(await tagsOf()).toEqual([['aws:autoscaling:groupName', 'web', 'instance']])

  const refused = (Resources: string[], Key: string): Promise<unknown> =>
    cloud.client.send(new CreateTagsCommand({ Resources, Tags: [{ Key, Value: '' }] }))
  await expect(refused([id], 'aws:mine')).rejects.toMatchObject({ name: 'InvalidParameterValue' })
  await expect(refused(['i-00000000'], 'x')).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
  await expect(refused(['thing-1'], 'x')).rejects.toMatchObject({ name: 'InvalidID' })
})
