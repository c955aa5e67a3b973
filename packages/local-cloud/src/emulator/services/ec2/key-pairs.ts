import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyPairInfo } from '@aws-sdk/client-ec2'
import ssh2 from 'ssh2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, kinds, newId } from './ids.ts'
import type { KeyPairRecord } from './records.ts'
import { setTags, specifiedTags, tagList, tagsOf } from './tags.ts'

/** @throws AwsError `InvalidKeyPair.NotFound` */
export function keyPairByName({ records }: Ec2Context, name: string): KeyPairRecord {
  const pair = Object.values(records.keyPairs).find((each) => each.name === name)
  if (pair === undefined)
    throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`)
  return pair
}

const fields: Fields<KeyPairRecord> = {
  'key-name': ({ name }) => [name],
  'key-pair-id': ({ id }) => [id],
  fingerprint: ({ fingerprint }) => [fingerprint],
}

export function keyPairHandlers(ec2: Ec2Context): Ec2Handlers {
  const pairs = ec2.records.keyPairs
  return {
    ImportKeyPair({ KeyName = '', PublicKeyMaterial, TagSpecifications }) {
      const tags = specifiedTags(TagSpecifications, ['key-pair']).get('key-pair') ?? {}
      const publicKey = Buffer.from(PublicKeyMaterial ?? [])
        .toString('utf8')
        .trim()
      return answer(ec2, addPair(ec2, KeyName, publicKey, tags, importedFingerprint))
    },
    CreateKeyPair({ KeyName = '', KeyType = 'rsa', KeyFormat = 'pem', TagSpecifications }) {
      const tags = specifiedTags(TagSpecifications, ['key-pair']).get('key-pair') ?? {}
      if (KeyFormat !== 'pem') {
        throw new AwsError(
          'InvalidParameterValue',
          `Key format '${KeyFormat}' is not offered here; ask for 'pem'.`,
        )
      }
      const made = generatePair(KeyType)
      const pair = addPair(ec2, KeyName, made.public, tags, () => made.fingerprint)
      return { ...answer(ec2, pair), KeyMaterial: made.private }
    },
    DescribeKeyPairs({ KeyNames, KeyPairIds, Filters, IncludePublicKey }) {
      const byName = (KeyNames ?? []).map((name) => keyPairByName(ec2, name))
      const byId = findAll(kinds.keyPair, pairs, KeyPairIds ?? [])
      const asked = KeyNames !== undefined || KeyPairIds !== undefined
      const found = filtered(asked ? [...byName, ...byId] : Object.values(pairs), Filters, fields, ({ id }) =>
        tagsOf(ec2, id),
      )
      const KeyPairs = found.map((pair) => ({
        ...answer(ec2, pair),
        ...(IncludePublicKey && { PublicKey: pair.publicKey }),
      }))
      return { KeyPairs }
    },
    DeleteKeyPair({ KeyName, KeyPairId }) {
      const pair = Object.values(pairs).find(({ id, name }) => id === KeyPairId || name === KeyName)
      // AWS deletes what is not there without a word.
      if (pair === undefined) return { Return: true }
      delete pairs[pair.id]
      delete ec2.records.tags[pair.id]
      ec2.save()
      return { Return: true, KeyPairId: pair.id }
    },
  }
}

function addPair(
  ec2: Ec2Context,
  name: string,
  text: string,
  tags: Readonly<Record<string, string>>,
  fingerprint: (key: ssh2.ParsedKey) => string,
): KeyPairRecord {
  const key = ssh2.utils.parseKey(text)
  const accepted = ['ssh-rsa', 'ssh-ed25519']
  if (key instanceof Error || key.isPrivateKey() || !accepted.includes(key.type)) {
    throw new AwsError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
  }
  if (Object.values(ec2.records.keyPairs).some((pair) => pair.name === name)) {
    throw new AwsError('InvalidKeyPair.Duplicate', 'The keypair already exists')
  }
  const blob = key.getPublicSSH()
  const pair: KeyPairRecord = {
    id: newId('key'),
    name,
    type: key.type === 'ssh-rsa' ? 'rsa' : 'ed25519',
    publicKey: `${key.type} ${blob.toString('base64')} ${name}`,
    fingerprint: fingerprint(key),
    createdAt: ec2.now(),
  }
  ec2.records.keyPairs[pair.id] = pair
  setTags(ec2, pair.id, tags)
  ec2.save()
  return pair
}

interface NewPair {
  readonly private: string
  readonly public: string
  readonly fingerprint: string
}

/** As EC2 makes them: an RSA key in PKCS #1 form, an ED25519 key in OpenSSH's. */
function generatePair(type: 'rsa' | 'ed25519'): NewPair {
  if (type === 'rsa') {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    const der = privateKey.export({ type: 'pkcs8', format: 'der' })
    return { private: pem, public: opensshPublic(pem), fingerprint: colons('sha1', der) }
  }
  // One in some hundred of the generator's keys cannot be parsed again.
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    const key = ssh2.utils.parseKey(pair.private)
    if (!(key instanceof Error)) return { ...pair, fingerprint: importedFingerprint(key) }
  }
}

function opensshPublic(pem: string): string {
  const key = ssh2.utils.parseKey(pem)
  if (key instanceof Error) throw key
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

/** EC2's: of an imported RSA key the MD5 of its public DER form, of an ED25519 key OpenSSH's SHA-256. */
function importedFingerprint(key: ssh2.ParsedKey): string {
  if (key.type !== 'ssh-rsa') return createHash('sha256').update(key.getPublicSSH()).digest('base64')
  const publicKey = createPublicKey(key.getPublicPEM())
  return colons('md5', publicKey.export({ type: 'spki', format: 'der' }))
}

function colons(hash: 'md5' | 'sha1', bytes: Buffer): string {
  return (createHash(hash).update(bytes).digest('hex').match(/../g) ?? []).join(':')
}

function answer(ec2: Ec2Context, pair: KeyPairRecord): KeyPairInfo {
  return {
    KeyPairId: pair.id,
    KeyName: pair.name,
    KeyType: pair.type,
    KeyFingerprint: pair.fingerprint,
    CreateTime: new Date(pair.createdAt),
    Tags: tagList(ec2, pair.id),
  }
}
