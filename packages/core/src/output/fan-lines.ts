import { elapsed } from '../duration.ts'
import { hostNames } from '../remote/hosts/host-names.ts'
import { sharedReasons } from '../remote/hosts/reasons.ts'
import type { Colors } from './colors.ts'
import { difference } from './difference.ts'
import type { Excerpt } from './excerpt.ts'
import type { Answer, Fan } from './fan.ts'
import { padEnd, widthOf } from './width.ts'

const widestNames = 60
const widestLabel = 40
/** An answer of so few lines is told whole, also where it differs in one of them. */
const short = 3

/** What became of a task on many hosts, in one line. */
export function fanHead(fan: Fan, ms: number | undefined, colors: Colors): string {
  const { green, red, dim } = colors
  const { total, done, failed } = fan
  const left = fan.waiting + fan.running.size
  const parts = [
    failed === 0 && left === 0 ? `${total} hosts done` : `${done} of ${total} hosts done`,
    ...(failed > 0 ? [red(`${failed} failed`)] : []),
    ...(left > 0 ? [`${left} not done`] : []),
  ]
  const mark = failed > 0 ? red('✗') : left > 0 ? dim('–') : green('✓')
  const aside = [agreement(fan), ...(ms === undefined ? [] : [elapsed(ms)])].filter((part) => part !== '')
  return `${mark} ${parts.join(', ')}${aside.length > 0 ? `  ${dim(aside.join(' · '))}` : ''}`
}

/** How far the hosts agree: names those that differ when these are few. */
function agreement(fan: Fan): string {
  const answers = fan.answers('done')
  const [most, ...others] = answers
  if (!most || answers.every(({ said }) => said.count === 0)) return ''
  if (others.length === 0) return most.hosts.length > 1 ? 'all said the same' : ''
  if (!isMajority(most, fan)) return `${answers.length} different answers`
  const names = hostNames(others.flatMap(({ hosts }) => hosts))
  const verb = others.length === 1 && others[0]?.hosts.length === 1 ? 'differs' : 'differ'
  return `${most.hosts.length} said the same, ${shortened(names)} ${verb}`
}

const isMajority = ({ hosts }: Answer, fan: Fan): boolean => hosts.length > 1 && hosts.length > fan.done / 2

/** What the hosts said, each answer once: those that are done first, those that failed last, nearest to the end. */
export function fanLines(fan: Fan, colors: Colors): string[] {
  const done = fan.answers('done')
  const [most] = done
  const reference = most && done.length > 1 && isMajority(most, fan) ? most : undefined
  const isAnySaid = done.some(({ said }) => said.count > 0)
  const blocks = [
    ...(isAnySaid ? done.map((answer) => doneBlock(answer, reference, colors)) : []),
    ...failedBlocks(fan, colors),
  ]
  const label = Math.min(
    widestLabel,
    Math.max(0, ...blocks.map(({ heading, isShort }) => (isShort ? widthOf(heading) : 0))),
  )
  return blocks.flatMap((block) => laidOut(block, label))
}

interface Block {
  readonly heading: string
  readonly lines: readonly string[]
  /** Its one line may stand beside its heading. */
  readonly isShort: boolean
}

function doneBlock({ hosts, said }: Answer, reference: Answer | undefined, colors: Colors): Block {
  const { cyan, dim } = colors
  const names = cyan(shortened(hostNames(hosts)))
  const heading = hosts.length > 1 ? `${names} ${dim(`· ${hosts.length} hosts`)}` : names
  if (said.count === 0) return { heading: `${heading} ${dim('said nothing')}`, lines: [], isShort: false }
  const changes = reference && reference.said !== said ? changesOf(reference.said, said) : undefined
  if (!changes) return { heading, lines: excerptLines(said, colors), isShort: said.count === 1 }
  const aside = dim(hosts.length > 1 ? 'differ' : 'differs')
  return {
    heading: `${heading} ${aside}`,
    lines: changes.map((change) => painted(change, colors)),
    isShort: false,
  }
}

/** Hosts that failed for the same reason, and said the same before. */
function failedBlocks(fan: Fan, colors: Colors): Block[] {
  const { red, dim } = colors
  const reasons = sharedReasons(fan.failures).map(({ hosts, lines }) => ({ hosts: new Set(hosts), lines }))
  return fan.answers('failed').map(({ hosts: all, said }) => {
    const headings = reasons.flatMap(({ hosts: failed, lines: [reason = ''] }) => {
      const hosts = all.filter((host) => failed.has(host))
      const count = hosts.length > 1 ? dim(` · ${hosts.length} hosts`) : ''
      return hosts.length === 0 ? [] : [`${red('✗')} ${shortened(hostNames(hosts))}${count}: ${reason}`]
    })
    return { heading: headings.join('\n'), lines: excerptLines(said, colors), isShort: false }
  })
}

/** How a text differs from that of most hosts; undefined where that says no less than the text itself. */
function changesOf(reference: Excerpt, said: Excerpt) {
  const [before, after] = [reference.lines, said.lines]
  if (said.count <= short || before.missing > 0 || after.missing > 0) return undefined
  const changes = difference([...before.first, ...before.last], [...after.first, ...after.last])
  return changes.length > 0 && changes.length <= said.count / 2 ? changes : undefined
}

function painted({ sign, line }: ReturnType<typeof difference>[number], { red, green }: Colors): string {
  return sign === '-' ? red(`- ${line}`) : green(`+ ${line}`)
}

function excerptLines(said: Excerpt, { dim }: Colors): string[] {
  const { first, missing, last } = said.lines
  const bar = dim('│')
  const told = (line: string): string => `${bar} ${line}`
  const gap = dim(`⋮ ${missing.toLocaleString('en')} lines more: --verbose shows all`)
  return [...first.map(told), ...(missing > 0 ? [gap] : []), ...last.map(told)]
}

function laidOut({ heading, lines, isShort }: Block, label: number): string[] {
  const [line] = lines
  if (isShort && line !== undefined && widthOf(heading) <= label)
    return [`  ${padEnd(heading, label)} ${line}`]
  return [...heading.split('\n').map((each) => `  ${each}`), ...lines.map((each) => `    ${each}`)]
}

/** Names cut between two of them. */
function shortened(names: string): string {
  if (names.length <= widestNames) return names
  const end = names.lastIndexOf(',', widestNames)
  return `${names.slice(0, end > 0 ? end : widestNames)}, …`
}
