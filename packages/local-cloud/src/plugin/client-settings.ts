import { keeperAgent } from '../emulator/keeper-agent.ts'
import type { CloudAccess } from './access.ts'

/** How one reaches a cloud by Amazon's SDK. */
export type Endpoint = Pick<CloudAccess, 'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'>

export type ClientSettings = ReturnType<typeof clientSettings>

/** What the cloud's own client is made with, whatever the user's environment and ~/.aws/config say of AWS's own endpoints. */
export const clientSettings = ({ endpoint, region, accessKeyId, secretAccessKey }: Endpoint) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey },
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  customUserAgent: keeperAgent,
})
