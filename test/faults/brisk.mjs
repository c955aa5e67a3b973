// Loaded into the command: where the other side is silent, it waits for seconds in place of a minute.
const { setTimeout: later, setInterval: every } = globalThis
const brisk = (ms) => (ms === 60_000 ? 2_000 : ms >= 15_000 && ms < 60_000 ? ms / 10 : ms)
globalThis.setTimeout = Object.assign((call, ms, ...rest) => later(call, brisk(ms), ...rest), later)
globalThis.setInterval = Object.assign((call, ms, ...rest) => every(call, brisk(ms), ...rest), every)
