import type { ErrorReport } from '../error.ts'
import { placeText } from '../error-place.ts'
import type { Colors } from './colors.ts'
import { contained } from './contained.ts'

/** An error as a person reads it: what, where, why, and what to do. */
export function errorLines(report: ErrorReport, { red, bold, dim, cyan }: Colors): string[] {
  const { code, message, place, causes = [], hint } = contained(report)
  const [first = '', ...rest] = message.split('\n')
  const where = placeText(place)
  return [
    `${red(bold(code))}: ${first}`,
    ...rest,
    ...(where === undefined ? [] : [dim(`  at ${where}`)]),
    ...causes.map((cause) => dim(`  caused by ${cause}`)),
    ...(hint === undefined ? [] : [`${cyan('hint')}: ${hint}`]),
  ]
}
