import type { Plugin } from '@viridian/core'

/** The moves of Amazon Route 53, for tasks. */
export interface Route53 extends Plugin {}

/** The plugin for Amazon Route 53. */
export const route53 = (): Route53 => ({
  name: 'aws-route53',
  module: '@viridian/aws-route53',
  settings: {},
  steps: [],
})
