// Of the steps of our plugins: those that the tasks of the project on moto cannot show all of.

/** The copies of Application and Network Load Balancers, which no task of the project makes yet. */
const ofFronts = [
  ...['read-front-plan', 'create-target-group', 'create-load-balancer', 'copy-attributes'],
  ...['create-listener', 'add-certificate', 'create-rule', 'associate-web-acl', 'reserve-capacity'],
  ...['trust-private-link', 'set-deletion-protection', 'see-active', 'compare-load-balancers'],
]

/**
 * moto's consoles show no host keys, and its balancers serve nothing: see the differences. Its groups take capacity
 * rebalancing when they are made, and no change of it. Nor does a task of the project watch alarms yet.
 */
export const notTaken = [
  ...['aws-ec2/read-host-keys', 'aws-elb/smoke-test', 'aws-autoscaling/change-replacement'],
  ...['aws-cloudwatch/read-watchable', 'aws-cloudwatch/test-calm'],
  ...ofFronts.map((step) => `aws-elb/${step}`),
]

/** In a plan no group is scaled to zero first, and an image's snapshots go with it; moto leaves them. */
export const notPlanned = ['aws-autoscaling/read-removable', 'aws-ec2/remove-snapshot']

/** What finds leftovers is taken by a command that has no plan. */
export const isOfCleanUp = (step: string): boolean => /\/find-(made-|pinned)/.test(step)

const ofGroups = [
  ...['lift-protection', 'lower-sizes', 'mark-retired', 'remove-group', 'remove-launch-configuration'],
  ...['remove-launch-template-version', 'remove-warm-pool', 'retire-instance'],
]

/** Those that cannot be undone: they stand behind the commit. */
export const final = [
  ...ofGroups.map((step) => `aws-autoscaling/${step}`),
  ...['aws-cloudwatch/delete-alarms', 'aws-ec2/remove-image', 'aws-ec2/remove-snapshot'],
  ...['aws-ec2/terminate-instances', 'aws-elb/remove-balancer'],
]
