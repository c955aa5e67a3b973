export { recordThing } from './domain-name.ts'
export type { FleetSwitch } from './fleet-switch.ts'
export { FoundRecord } from './found-record.ts'
export type {
  FindOptions,
  MovedOptions,
  Route53,
  Route53Settings,
  Switched,
  SwitchOptions,
  UnnamedOptions,
} from './plugin.ts'
export { route53, route53 as default } from './plugin.ts'
export { RecordSet } from './record-set.ts'
