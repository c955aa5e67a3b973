import { parseArgs } from 'node:util'
import { campaign } from './campaign.ts'
import { dnsSwitch, instanceSwap } from './field.ts'
import { seedOfCommit } from './seed.ts'
import { reachOf, tableOf } from './table.ts'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(seedOfCommit()) },
    minutes: { type: 'string' },
    only: { type: 'string' },
    approach: { type: 'string', default: '' },
  },
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const subjects = [instanceSwap, dnsSwitch].filter(({ template }) => template.includes(values.approach))
const campaigns = await Promise.all(
  subjects.map((subject) =>
    campaign({
      subject,
      seed: Number(values.seed),
      full: values.full,
      say,
      ...(values.minutes !== undefined && { minutes: Number(values.minutes) }),
      ...(values.only !== undefined && { only: new RegExp(values.only) }),
    }),
  ),
)
const date = new Date().toISOString().slice(0, 10)
say(`\n${tableOf(campaigns)}\n\n${date}, seed ${values.seed}`)
for (const each of campaigns) say(reachOf(each))
if (campaigns.some(({ findings }) => findings.some(({ violations }) => violations.length > 0)))
  process.exitCode = 1
