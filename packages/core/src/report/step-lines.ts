import pc from 'picocolors'
import { elapsed } from '../duration.ts'
import { Fan } from '../output/fan.ts'
import { fanHead, fanLines } from '../output/fan-lines.ts'
import { hostNames } from '../remote/hosts/host-names.ts'
import { inOneLine, shortened } from '../shortened.ts'
import { isGroup, type ReportedGroup, type ReportedNode, type ReportedStep, spanOf } from './reported-step.ts'

const widest = 160
const plain = pc.createColors(false)

/** Every step in a line: when it began, how long it took, and what became of it and of its undo. */
export function stepLines(nodes: readonly ReportedNode[], began: string): string[] {
  const from = Date.parse(began)
  return linesOf(nodes, '', from)
}

function linesOf(nodes: readonly ReportedNode[], indent: string, from: number): string[] {
  return folded(nodes).flatMap(({ node, count }) => {
    if (!isGroup(node)) return stepLine(node, count, indent, from)
    const hosts = node.hosts === null ? [] : hostLines(node)
    const inside = linesOf(
      node.hosts === null ? node.steps : node.steps.filter((each) => !isHost(each)),
      `${indent}  `,
      from,
    )
    const { from: at, to } = spanOf(node)
    const isEmpty = node.steps.length === 0
    return [
      line(
        isEmpty ? undefined : at - from,
        to === undefined ? undefined : to - at,
        `${indent}▸ ${titled(node.title)}`,
      ),
      ...hosts.map((text) => line(undefined, undefined, `${indent}  ${text}`)),
      ...inside,
    ]
  })
}

const isHost = (node: ReportedNode): node is ReportedStep => !isGroup(node) && node.type === 'host'

/** What is looked at again and again, while a way back is kept open, is told once. */
function folded(nodes: readonly ReportedNode[]): { readonly node: ReportedNode; readonly count: number }[] {
  const told = new Map<string, { readonly node: ReportedNode; count: number }>()
  for (const node of nodes) {
    const isLook = !isGroup(node) && node.type === 'check' && node.state === 'done'
    const identity = isLook ? `${node.key.replace(/#\d+$/, '')} ${node.title}` : node.key
    const known = told.get(identity)
    if (known) known.count += 1
    else told.set(identity, { node, count: 1 })
  }
  return [...told.values()]
}

const marks = { done: '✓', failed: '✗', open: '…' } as const

function stepLine(step: ReportedStep, count: number, indent: string, from: number): string[] {
  const { state, title, at, ms, error, found, tries, undo } = step
  const asides = [
    ...(count > 1 ? [`${count} times`] : []),
    ...(state === 'open' && undo === null ? ['outcome not on record'] : []),
    ...(found ? ['found done'] : []),
    ...(tries > 1 ? [`${tries} tries`] : []),
    ...(undo?.state === 'undone' ? [`undone${undo.note === null ? '' : `: ${undo.note}`}`] : []),
    ...(undo?.error ? [`undo failed: ${undo.error.code}: ${firstOf(undo.error.message)}`] : []),
  ]
  const mark = undo?.state === 'undone' ? '↺' : marks[state]
  const aside = asides.length === 0 ? '' : `  (${asides.map(inOneLine).join('; ')})`
  const why = error
    ? [line(undefined, undefined, `${indent}    ${error.code}: ${firstOf(error.message)}`)]
    : []
  return [line(Date.parse(at) - from, ms ?? undefined, `${indent}${mark} ${titled(title)}${aside}`), ...why]
}

/** What became of a task on its hosts, each reason told once. */
function hostLines({ key, title, hosts, steps }: ReportedGroup): string[] {
  const names = hosts ?? []
  const fan = new Fan({ kind: 'hosts.started', key, task: title, hosts: names.length, at: '' })
  const onHosts = steps.filter(isHost)
  for (const { key: own, title: host, at, state, error } of onHosts) {
    fan.started({ kind: 'host.started', key: own, host, at })
    if (state !== 'open')
      fan.finished({ kind: 'host.finished', key: own, host, at, ms: 0, ...(error && { error }) })
  }
  const named = (label: string, of: readonly string[]): string[] =>
    of.length === 0 ? [] : [`  ${label}: ${hostNames(of)}`]
  const ended = (state: ReportedStep['state']): string[] =>
    onHosts.filter((step) => step.state === state).map((step) => step.title)
  const begun = new Set(onHosts.map((step) => step.title))
  return [
    fanHead(fan, undefined, plain),
    ...named('done', ended('done')),
    ...named('not ended', ended('open')),
    ...named(
      'not begun',
      names.filter((name) => !begun.has(name)),
    ),
    ...fanLines(fan, plain),
  ]
}

/** @param from - since the run began; and how long it took: in milliseconds */
const line = (from: number | undefined, ms: number | undefined, text: string): string =>
  `${(from === undefined ? '' : `+${elapsed(from)}`).padStart(9)}  ${(ms === undefined ? '' : elapsed(ms)).padStart(7)}  ${text}`

const titled = (title: string): string => shortened(inOneLine(title), widest)

const firstOf = (text: string): string => titled(text.split('\n', 1).join())
