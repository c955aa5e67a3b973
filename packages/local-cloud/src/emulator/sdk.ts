import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Amazon's SDK, each client loaded at its first use. By `require`: `import` of a CommonJS package compiles each file once
 * more, to find out what it is and exports, which takes longer than all the rest.
 */
export const sdk = {
  get acm(): typeof import('@aws-sdk/client-acm') {
    return require('@aws-sdk/client-acm')
  },
  get autoScaling(): typeof import('@aws-sdk/client-auto-scaling') {
    return require('@aws-sdk/client-auto-scaling')
  },
  get cloudWatch(): typeof import('@aws-sdk/client-cloudwatch') {
    return require('@aws-sdk/client-cloudwatch')
  },
  get ec2(): typeof import('@aws-sdk/client-ec2') {
    return require('@aws-sdk/client-ec2')
  },
  get elb(): typeof import('@aws-sdk/client-elastic-load-balancing') {
    return require('@aws-sdk/client-elastic-load-balancing')
  },
  get elbV2(): typeof import('@aws-sdk/client-elastic-load-balancing-v2') {
    return require('@aws-sdk/client-elastic-load-balancing-v2')
  },
  get route53(): typeof import('@aws-sdk/client-route-53') {
    return require('@aws-sdk/client-route-53')
  },
  get sts(): typeof import('@aws-sdk/client-sts') {
    return require('@aws-sdk/client-sts')
  },
  get wafV2(): typeof import('@aws-sdk/client-wafv2') {
    return require('@aws-sdk/client-wafv2')
  },
}
