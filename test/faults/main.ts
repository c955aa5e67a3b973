import { parseArgs } from 'node:util'
import { campaign } from './campaign.ts'
import { dnsSwitch, dnsSwitchAlb, instanceSwap, instanceSwapAlb } from './field.ts'
import { writeReport } from './page.ts'
import { seedOfCommit } from './seed.ts'
import { markdownOf, reachOf, tableOf } from './table.ts'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const { values } = parseArgs({
  options: {
    random: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(seedOfCommit()) },
    minutes: { type: 'string' },
    fleets: { type: 'string', default: '9' },
    part: { type: 'string' },
    only: { type: 'string' },
    fault: { type: 'string' },
    approach: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

function partOf(text: string): { which: number; of: number } {
  const [, which = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  if (Number(which) >= 1 && Number(which) <= Number(of)) return { which: Number(which), of: Number(of) }
  throw new Error(`--part: "${text}" is none: 2/5 is the second of five`)
}

// Chance does not come to an end by itself.
const minutes = values.minutes ?? (values.random ? '5' : undefined)
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const approaches = [instanceSwap, instanceSwapAlb, dnsSwitch, dnsSwitchAlb]
const subjects = approaches.filter(({ name }) => name === (values.approach ?? name))
if (subjects.length === 0)
  throw new Error(
    `--approach: "${values.approach}" is none of ${approaches.map(({ name }) => name).join(', ')}`,
  )
const courses = await campaign({
  subjects,
  seed: Number(values.seed),
  full: values.full,
  random: values.random,
  fleets: Number(values.fleets),
  say,
  ...(minutes !== undefined && { minutes: Number(minutes) }),
  ...(values.part !== undefined && { part: partOf(values.part) }),
  ...(values.only !== undefined && { only: new RegExp(values.only) }),
  ...(values.fault !== undefined && { fault: values.fault }),
})
const date = new Date().toISOString().slice(0, 10)
const size = values.full
  ? `every fault at every address${values.part === undefined ? '' : `, part ${values.part}`}`
  : values.random
    ? 'at random'
    : 'one fault at every address'
const line = `${date}, ${size}, seed ${values.seed}: ${courses.map(reachOf).join('; ')}.`
const table = tableOf(courses)
say(`\n${markdownOf(table)}\n\n${line}`)
const marks = [
  ...(values.part === undefined ? [] : [`part ${values.part},`]),
  ...(values.approach === undefined ? [] : [`${values.approach}:`]),
]
if (values.write) await writeReport(values.full ? 'full' : 'campaign', { table, line, marks })
if (courses.some(({ findings }) => findings.some(({ violations }) => violations.length > 0)))
  process.exitCode = 1
