/** Where AWS says why a group's instances came and went, and the command that shows it. */
export const activityHistory = (group: string): string =>
  `the group's activity history says why: aws autoscaling describe-scaling-activities --auto-scaling-group-name ${group}`
