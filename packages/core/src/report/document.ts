import pc from 'picocolors'
import { elapsed } from '../duration.ts'
import { columns } from '../output/columns.ts'
import { errorLines } from '../output/error-lines.ts'
import { timeLine } from '../output/time-line.ts'
import { inOneLine } from '../shortened.ts'
import { code, fenced, section } from './markdown.ts'
import { headlines, instant, opening } from './opening.ts'
import { isStanding, type ReportedNode, spanOf, stepsIn } from './reported-step.ts'
import type { RunReport } from './run-report.ts'
import { stepLines } from './step-lines.ts'

const plain = pc.createColors(false)

/** A run told in Markdown, for a ticket: what is not our own words stands in code, where it means nothing. */
export function reportDocument(report: RunReport): string[] {
  const { task, state, error, leftovers, remedy, steps, began, told, sources, damages } = report
  return [
    `# ${code(task)}: ${headlines[state]}`,
    '',
    opening(report),
    '',
    ...facts(report),
    ...section('Why it failed', error ? fenced(errorLines(error, plain)) : []),
    ...section('What is left', [
      ...leftovers.map((left) => `- ${code(left)}`),
      ...(remedy === null ? [] : ['', `Finish it with ${code(remedy)}`]),
    ]),
    ...section('What it changed', changed(report)),
    ...section('Time line', block(timeLine(steps.filter(hasSteps).map(spanned(report))))),
    ...section('Steps', block(stepLines(steps, began.at))),
    ...section(
      'What it told at its end',
      block(told.flatMap(({ text }, index) => [...(index > 0 ? [''] : []), ...text])),
    ),
    ...section(
      'The files of the task, with their digests',
      block(columns(Object.entries(sources).map(([file, digest]) => [digest, file]))),
    ),
    ...section('What cannot be read', block(damages.flatMap((damage) => errorLines(damage, plain)))),
  ]
}

const block = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : fenced(lines))

const hasSteps = (node: ReportedNode): boolean => stepsIn([node]).length > 0

const spanned =
  ({ last }: RunReport) =>
  (node: ReportedNode) => {
    const { from, to = Date.parse(last) } = spanOf(node)
    const failed = stepsIn([node]).some(({ state }) => state === 'failed')
    return { title: inOneLine(node.title), from, to, failed }
  }

function facts(report: RunReport): string[] {
  const {
    run,
    exitCode,
    args,
    account,
    began,
    last,
    ms,
    locks,
    choice,
    kept,
    committed,
    outputs,
    undoing,
    takenBack,
  } = report
  const given = Object.entries(args).filter(([, value]) => value !== null)
  const rows: readonly (readonly [label: string, text: string])[] = [
    ['Run', `${code(run)}${exitCode === null ? '' : `, exit code ${exitCode}`}`],
    [
      'Arguments',
      list(
        given.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
      ),
    ],
    ['Environment', list(Object.entries(account).map(([name, value]) => `${name}=${value}`))],
    ['Hosts', choice === null ? '' : code(JSON.stringify(choice))],
    ['Held', list(locks)],
    ['Time', `${instant(began.at)} to ${instant(last)}, ${elapsed(ms)}`],
    ['Kept', kept ? `both ways were open from ${instant(kept.at)} until ${instant(kept.until)}` : ''],
    ['Committed', committed === null ? '' : instant(committed)],
    [
      'Taken back',
      undoing === null ? '' : `from ${instant(undoing)}${takenBack ? `, by ${code(takenBack.by)}` : ''}`,
    ],
    ['Whole outputs', outputs === null ? '' : code(outputs)],
  ]
  return rows.filter(([, text]) => text !== '').map(([label, text]) => `- ${label}: ${text}`)
}

const list = (items: readonly string[]): string => items.map(code).join(', ')

/** The changes that stand, and what of the outside world is the run's own work and there. */
function changed({ steps, made }: RunReport): string[] {
  const standing = stepsIn(steps).filter(isStanding)
  return [
    ...standing.map(({ title }) => `- ${code(title)}`),
    ...(made.length === 0 ? [] : ['', `Made: ${list(made)}`]),
  ]
}
