import { afterAll } from 'vitest'
import { seeRecorded } from './messages.ts'

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures off the pattern; there are none
afterAll(({}, suite) => seeRecorded(suite))
