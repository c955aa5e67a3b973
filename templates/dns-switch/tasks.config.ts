import { defineConfig } from '@viridian/core'
import { localCloud } from '@viridian/local-cloud'
import { cleanup_blue } from './cleanup.ts'
import { alarms, bluegreen_dns, fleets, instances, names, traffic } from './deploy.ts'
import { fleet } from './local-fleet.ts'
import { build_release, update_code, validate_service } from './release.ts'

export default defineConfig({
  plugins: [fleets, instances, traffic, names, alarms],
  tasks: {
    deploy: { 'bluegreen-dns': bluegreen_dns },
    cleanup: { blue: cleanup_blue },
    ...{ build_release, update_code, validate_service },
  },
  // Both fleets, by what they have in common: tasks exec --role web uptime
  roles: { web: instances.hosts({ tags: { Name: 'web' }, trustConsole: true }) },
  defaultStage: 'local',
  stages: {
    local: {
      plugins: [localCloud({ fleet })],
      // A minute of AWS, in which a balancer's requests are counted, takes six seconds here.
      defaults: { record: fleet.record, quietFor: '8s', quietWithin: '1m' },
    },
    production: { env: { AWS_PROFILE: 'production' } },
  },
})
