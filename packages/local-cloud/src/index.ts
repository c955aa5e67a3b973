export type { FleetSeed } from './plugin/fleet-seed.ts'
export type { LocalCloudSettings } from './plugin/local-cloud.ts'
export { localCloud, localCloud as default } from './plugin/local-cloud.ts'
