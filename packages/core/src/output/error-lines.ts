import { relative } from 'node:path'
import type { ErrorReport } from '../error.ts'
import type { Colors } from './colors.ts'
import { contained } from './contained.ts'

/** An error as a person reads it: what, where, why, and what to do. */
export function errorLines(report: ErrorReport, { red, bold, dim, cyan }: Colors): string[] {
  const { code, message, place, causes = [], hint } = contained(report)
  const [first = '', ...rest] = message.split('\n')
  const { file, line, host, call, requestId } = place ?? {}
  const where = [
    file !== undefined && `${shortened(file)}${line === undefined ? '' : `:${line}`}`,
    host !== undefined && `host ${host}`,
    call !== undefined && `call ${call}`,
    requestId !== undefined && `request ${requestId}`,
  ].filter((part) => part !== false)
  return [
    `${red(bold(code))}: ${first}`,
    ...rest,
    ...(where.length > 0 ? [dim(`  at ${where.join(', ')}`)] : []),
    ...causes.map((cause) => dim(`  caused by ${cause}`)),
    ...(hint === undefined ? [] : [`${cyan('hint')}: ${hint}`]),
  ]
}

/** A file as one names it from here. */
function shortened(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') ? file : path
}
