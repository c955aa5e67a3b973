export type { Cloud, CloudOptions } from './cloud.ts'
export { openCloud } from './cloud.ts'
