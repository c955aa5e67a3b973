// The local cloud as a process of its own: node cloud-main.js DIRECTORY
import { serveCloud } from './serve.ts'

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('usage: node cloud-main.js DIRECTORY')

const idleMs = 20_000
const cloud = await serveCloud(directory, { idleMs })
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => cloud.end())
await cloud.ended
