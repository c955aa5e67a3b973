// The operations by which the tasks of the project on moto change something: what the tests lose the answers of.

/** The changing calls of a swap: max is raised and lowered, and the launch source is set, by one operation. */
export const changes = [
  ...['CreateOrUpdateTags', 'SuspendProcesses', 'RunInstances', 'CreateImage', 'AttachInstances'],
  ...['RegisterInstancesWithLoadBalancer', 'CreateLaunchConfiguration'],
  ...['DeregisterInstancesFromLoadBalancer', 'EnterStandby', 'TerminateInstanceInAutoScalingGroup'],
  ...['ResumeProcesses', 'DeleteTags', ...Array(3).fill('UpdateAutoScalingGroup')],
]

/** The changing calls of a balancer's copy. */
export const mirroring = [
  ...[
    'CreateLoadBalancer',
    'ConfigureHealthCheck',
    'ModifyLoadBalancerAttributes',
    'CreateLoadBalancerPolicy',
  ],
  ...['SetLoadBalancerPoliciesOfListener', 'SetLoadBalancerPoliciesForBackendServer', 'DeleteLoadBalancer'],
]

/** Of a launch template: a group that says `$Latest` is pointed at the number first. */
export const templateChanges = ['CreateLaunchTemplateVersion', ...Array(4).fill('UpdateAutoScalingGroup')]

/** The changing calls of a replica: one operation points it at its source, gives it its sizes, and takes the original's. */
export const replacing = [
  ...['CreateAutoScalingGroup', 'BatchPutScheduledUpdateGroupAction', 'PutNotificationConfiguration'],
  ...['EnableMetricsCollection', 'PutScalingPolicy', 'PutWarmPool', 'DeleteWarmPool'],
  ...['SetInstanceProtection', 'DeleteAutoScalingGroup', 'DeleteLaunchConfiguration'],
  ...Array(3).fill('UpdateAutoScalingGroup'),
  ...Array(3).fill('CreateOrUpdateTags'),
]

/** Calls of its way back that hold others back when they fail. */
export const waysBack = ['ExitStandby', 'DetachInstances', 'DeregisterImage', 'ResumeProcesses']
