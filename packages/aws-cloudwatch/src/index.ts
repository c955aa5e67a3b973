export type { CloudWatch } from './plugin.ts'
export { cloudWatch, cloudWatch as default } from './plugin.ts'
