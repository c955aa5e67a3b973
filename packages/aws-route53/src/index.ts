export type { Route53 } from './plugin.ts'
export { route53, route53 as default } from './plugin.ts'
