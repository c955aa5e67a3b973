export type { Elb } from './plugin.ts'
export { elb, elb as default } from './plugin.ts'
