import { readFileSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import { isViridianError, ViridianError } from '../error.ts'
import { isOwnFile } from '../own-directory.ts'
import { packageManager } from '../package-manager.ts'

interface Position {
  readonly file: string
  readonly line: number
  /** Counted from 1; of a transformed import it may lie behind the end of its line. */
  readonly column: number
}

/** The error for a task file that does not compile or throws: where, the line, and a caret below the place in it. */
export function brokenConfig(file: string, thrown: unknown): ViridianError {
  // What a plugin refuses is wrong where the project calls it.
  const refusal = isViridianError(thrown) ? thrown : undefined
  const position = missingImport(thrown) ?? innermost(thrown, refusal ? dirname(file) + sep : sep)
  const { file: at = file, line } = position ?? {}
  return new ViridianError('E_CONFIG_BROKEN', [summaryOf(thrown), ...excerpt(position)].join('\n'), {
    place: { file: at, ...(line !== undefined && { line }) },
    hint:
      missingPackage(thrown) ??
      refusal?.hint ??
      'mend it; an editor, or "tsc --noEmit", shows what else there is',
    ...(thrown instanceof Error && thrown.cause !== undefined && { cause: thrown.cause }),
  })
}

/** The message as the user's own code would give it: without the loader's additions. */
function summaryOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const [first = ''] = message.split('\n')
  return (
    first
      .replace(/^(\w*Error: )+/, '')
      .replace(/\(0 , \w+\.(\w+)\)/g, '$1')
      .trim() || 'it throws an error without a message'
  )
}

/** The innermost line of a user's file in an error's message or stack, below a directory. */
function innermost(thrown: unknown, within: string): Position | undefined {
  if (!(thrown instanceof Error)) return undefined
  const text = `${thrown.message}\n${thrown.stack ?? ''}`
  for (const [, file = '', line, column] of text.matchAll(/(\/[^\s():]+\.[cm]?[jt]sx?):(\d+):(\d+)/g)) {
    if (!file.startsWith(within) || file.includes('/node_modules/') || isOwnFile(file)) continue
    // The parser counts columns from 0.
    const first = thrown.message.startsWith('ParseError') ? 0 : 1
    return { file, line: Number(line), column: Number(column) + 1 - first }
  }
  return undefined
}

/** The module that is asked for, and cannot be found. */
function missingModule(message: string): string | undefined {
  return /^Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1]
}

/** What to do where that is a package, as in a project that is new here. */
function missingPackage(thrown: unknown): string | undefined {
  const module = thrown instanceof Error ? missingModule(thrown.message) : undefined
  const [name] = /^(?:@[\w.-]+\/)?\w[\w.-]*/.exec(module ?? '') ?? []
  if (name === undefined) return undefined
  const { install, add } = packageManager(process.env)
  return `install the packages of the project: ${install}; where its package.json does not have this one: ${add} ${name}`
}

/** Where it is asked for: the loader names the file only. */
function missingImport(thrown: unknown): Position | undefined {
  const message = thrown instanceof Error ? thrown.message : ''
  const module = missingModule(message)
  const [, file] = /^- (\/.+)$/m.exec(message) ?? []
  if (module === undefined || file === undefined) return undefined
  for (const [index, line] of linesOf(file).entries()) {
    const column = ['"', "'"].map((quote) => line.indexOf(quote + module + quote)).find((at) => at >= 0) ?? -1
    if (column >= 0) return { file, line: index + 1, column: column + 1 }
  }
  return undefined
}

function excerpt(position: Position | undefined): string[] {
  if (!position) return []
  const line = linesOf(position.file)[position.line - 1]
  if (line === undefined) return []
  const margin = `  ${position.line} | `
  if (position.column > line.length + 1) return [`${margin}${line}`]
  return [`${margin}${line}`, `${' '.repeat(margin.length + Math.max(0, position.column - 1))}^`]
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    // The excerpt is an extra: the error itself names the place.
    return []
  }
}
