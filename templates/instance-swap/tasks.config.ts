import { defineConfig } from '@viridian/core'
import { localCloud } from '@viridian/local-cloud'
import { alarms, bluegreen, fleets, instances, traffic } from './deploy.ts'
import { fleet } from './local-fleet.ts'
import { build_release, update_code, validate_service } from './release.ts'

export default defineConfig({
  plugins: [fleets, instances, traffic, alarms],
  tasks: { deploy: { bluegreen }, build_release, update_code, validate_service },
  // The fleet, for single commands: tasks exec --role web uptime
  roles: { web: instances.hosts({ group: 'web', trustConsole: true }) },
  defaultStage: 'local',
  stages: {
    local: { plugins: [localCloud({ fleet })], defaults: { group: 'web' } },
    production: { env: { AWS_PROFILE: 'production' } },
  },
})
