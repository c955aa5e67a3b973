import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sdk } from '../emulator/sdk.ts'
import { keyName } from './access.ts'
import { clientSettings, type Endpoint } from './client-settings.ts'

/** The private key that logs in to every instance of the cloud: made as a key pair of EC2's once, kept as a file. */
export async function ensureKey(directory: string, cloud: Endpoint): Promise<string> {
  const file = join(directory, 'id_ed25519')
  if (existsSync(file)) return file
  const client = new sdk.ec2.EC2Client(clientSettings(cloud))
  try {
    await client.send(new sdk.ec2.DeleteKeyPairCommand({ KeyName: keyName }))
    const { KeyMaterial } = await client.send(
      new sdk.ec2.CreateKeyPairCommand({ KeyName: keyName, KeyType: 'ed25519' }),
    )
    writeFileSync(file, KeyMaterial ?? '', { mode: 0o600 })
  } finally {
    client.destroy()
  }
  return file
}
