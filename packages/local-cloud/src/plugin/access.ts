import { accessSync, constants, mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reportOf, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { answers, holdPlace } from './hold.ts'

/** All that a client needs to reach a running cloud; written by its process, private to the user. */
export const cloudAccess = z.object({
  pid: z.number(),
  endpoint: z.string(),
  region: z.string(),
  timeScale: z.number(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  dns: z.object({ address: z.string(), port: z.number() }),
  ssh: z.object({ user: z.string(), port: z.number(), identityFile: z.string() }),
  /** Where its users hold it open. */
  hold: holdPlace,
})

export type CloudAccess = z.infer<typeof cloudAccess>

/** The cloud's directory within the project's `.tasks/`. */
export const cloudDirectory = (stateDirectory: string): string => join(stateDirectory, 'cloud')

export const accessFile = (directory: string): string => join(directory, 'cloud.json')

/** The name under which the cloud's own key pair is known to EC2. */
export const keyName = 'viridian-local'

/** @throws ViridianError `E_STATE_WRITE` */
export function makeCloudDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw new ViridianError('E_STATE_WRITE', `the local cloud has no place: ${reportOf(error).message}`, {
      place: { file: directory },
      hint: 'make room, or make .tasks/ writable',
    })
  }
}

/**
 * How to reach the cloud that runs from this directory; undefined when none does.
 *
 * @throws ViridianError `E_CLOUD_FILE`
 */
export async function readAccess(directory: string): Promise<CloudAccess | undefined> {
  const file = accessFile(directory)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code)))
      return undefined
    throw error
  }
  const access = accessIn(text, file)
  return (await answers(access.hold)) ? access : undefined
}

function accessIn(text: string, file: string): CloudAccess {
  try {
    return cloudAccess.parse(JSON.parse(text))
  } catch (cause) {
    throw new ViridianError('E_CLOUD_FILE', 'what stands there of the local cloud cannot be read', {
      place: { file },
      hint: '"tasks cloud down" ends the cloud and removes the file',
      ...(cause instanceof SyntaxError && { cause }),
    })
  }
}

/**
 * The environment in which an AWS SDK or CLI talks to the cloud, and to nothing else, and names are looked up in its zones.
 * What is said here wins over ~/.aws/config, which may have its own endpoints, or none that are configured be heeded.
 */
export function environmentOf(access: CloudAccess): Record<string, string | undefined> {
  const strays = Object.keys(process.env).filter((name) => name.startsWith('AWS_ENDPOINT_URL_'))
  return {
    ...Object.fromEntries(strays.map((name) => [name, undefined])),
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_SECURITY_TOKEN: undefined,
    AWS_CREDENTIAL_EXPIRATION: undefined,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
    AWS_USE_FIPS_ENDPOINT: 'false',
    AWS_USE_DUALSTACK_ENDPOINT: 'false',
    AWS_ENDPOINT_URL: access.endpoint,
    AWS_REGION: access.region,
    AWS_DEFAULT_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    VIRIDIAN_NAME_SERVERS: `${access.dns.address}:${access.dns.port}`,
  }
}
