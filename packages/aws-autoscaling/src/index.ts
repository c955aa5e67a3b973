export type { Pin, PinOptions } from './pin.ts'
export type { AutoScaling } from './plugin.ts'
export { autoScaling, autoScaling as default } from './plugin.ts'
