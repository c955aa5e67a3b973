import type { Plugin } from '@viridian/core'

/** The moves of Amazon CloudWatch, for tasks. */
export interface CloudWatch extends Plugin {}

/** The plugin for Amazon CloudWatch. */
export const cloudWatch = (): CloudWatch => ({
  name: 'aws-cloudwatch',
  module: '@viridian/aws-cloudwatch',
  settings: {},
  steps: [],
})
