// This repository's own tasks: the instance-swap template's, on the local cloud.
export { default } from './templates/instance-swap/tasks.config.ts'
