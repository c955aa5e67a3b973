import type { ErrorReport } from '../error.ts'
import { colorsFor } from '../output/colors.ts'
import { errorLines } from '../output/error-lines.ts'

/** Tells an error on stderr, for a person to read. */
export function tellError(error: ErrorReport, color: boolean): void {
  const lines = errorLines(error, colorsFor(process.stderr, color))
  process.stderr.write(`${lines.join('\n')}\n`)
}
