import { defineConfig } from '@viridian/core'
import { localCloud } from '@viridian/local-cloud'
import {
  bluegreen,
  build_release,
  fleets,
  instances,
  traffic,
  update_code,
  validate_service,
} from './deploy.ts'
import { fleet } from './local-fleet.ts'

export default defineConfig({
  plugins: [fleets, instances, traffic],
  tasks: { deploy: { bluegreen }, build_release, update_code, validate_service },
  defaultStage: 'local',
  stages: {
    local: { plugins: [localCloud({ fleet })], defaults: { group: 'web' } },
    production: { env: { AWS_PROFILE: 'production' } },
  },
})
