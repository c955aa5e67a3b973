// This repository's own tasks: those of both templates, on the local cloud.
import { defineConfig } from '@viridian/core'
import dnsSwitch from './templates/dns-switch/tasks.config.ts'
import instanceSwap from './templates/instance-swap/tasks.config.ts'

export default defineConfig({
  ...dnsSwitch,
  tasks: {
    ...instanceSwap.tasks,
    ...dnsSwitch.tasks,
    deploy: { ...instanceSwap.tasks.deploy, ...dnsSwitch.tasks.deploy },
  },
  stages: {
    ...dnsSwitch.stages,
    local: {
      ...dnsSwitch.stages?.local,
      defaults: { ...instanceSwap.stages?.local?.defaults, ...dnsSwitch.stages?.local?.defaults },
    },
  },
})
