import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { cosmiconfig } from 'cosmiconfig'
import { createJiti } from 'jiti'
import { z } from 'zod'
import { isViridianError, reportOf, ViridianError } from '../error.ts'
import { isTask } from '../task/task.ts'
import type { Config } from './config.ts'

export interface LoadedConfig {
  readonly config: Config
  /** Absolute path of the config file. */
  readonly file: string
  /** The directory that holds it: what relative paths in tasks are relative to. */
  readonly directory: string
}

const names = ['tasks.config.ts', 'tasks.config.mts', 'tasks.config.js', 'tasks.config.mjs']

/**
 * Finds and loads the task file, from `from` upwards or at `file`.
 *
 * @throws ViridianError `E_CONFIG_MISSING`, `E_CONFIG_BROKEN` (it does not compile, or throws), `E_CONFIG_INVALID`
 */
export async function loadConfig(from: string, file?: string): Promise<LoadedConfig> {
  const explorer = cosmiconfig('tasks', {
    searchPlaces: names,
    searchStrategy: 'global',
    loaders: { '.ts': importFile, '.mts': importFile, '.js': importFile, '.mjs': importFile },
  })
  const found =
    file === undefined ? await explorer.search(from) : await loadAt(file, () => explorer.load(file))
  if (!found) {
    throw new ViridianError('E_CONFIG_MISSING', `no tasks.config.ts in ${from} or above it`, {
      hint: 'write one (the README begins with one), or name a file with --config',
    })
  }
  return {
    config: checkConfig(found.config, found.filepath),
    file: found.filepath,
    directory: dirname(found.filepath),
  }
}

async function loadAt<Value>(file: string, load: () => Promise<Value>): Promise<Value> {
  try {
    return await load()
  } catch (error) {
    if (isViridianError(error)) throw error
    throw new ViridianError('E_CONFIG_MISSING', `cannot read ${file}`, { cause: error, place: { file } })
  }
}

/** Only the task file itself goes through jiti; packages are Node's own to load, so that there is one core. */
async function importFile(file: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, { nativeModules: ['@viridian/core'] })
  try {
    return await jiti.import(file, { default: true })
  } catch (error) {
    throw brokenConfig(file, error)
  }
}

function brokenConfig(file: string, thrown: unknown): ViridianError {
  const position = positionIn(file, thrown)
  const { message } = reportOf(thrown)
  const summary =
    message
      .replace(/^\w*Error: /, '')
      .split('\n')[0]
      ?.trim() ?? message
  return new ViridianError('E_CONFIG_BROKEN', [`${summary}`, ...excerpt(file, position)].join('\n'), {
    place: { file, ...(position && { line: position.line }) },
  })
}

interface Position {
  readonly line: number
  readonly column: number
}

function positionIn(file: string, thrown: unknown): Position | undefined {
  const text = thrown instanceof Error ? `${thrown.message}\n${thrown.stack ?? ''}` : ''
  const index = text.indexOf(`${file}:`)
  const parserPosition = /\((\d+):(\d+)\)/.exec(text)
  const match = index >= 0 ? /^(\d+):(\d+)/.exec(text.slice(index + file.length + 1)) : null
  const [, line, column] = match ?? parserPosition ?? []
  return line === undefined || column === undefined
    ? undefined
    : { line: Number(line), column: Number(column) }
}

function excerpt(file: string, position: Position | undefined): string[] {
  if (!position) return []
  const line = readFileSync(file, 'utf8').split('\n')[position.line - 1]
  if (line === undefined || position.column > line.length + 1) return []
  const margin = `  ${position.line} | `
  return [`${margin}${line}`, `${' '.repeat(margin.length + Math.max(0, position.column - 1))}^`]
}

const shape = z.looseObject({
  tasks: z.record(z.string(), z.unknown()),
  plugins: z.array(z.looseObject({ name: z.string() })).optional(),
  roles: z.record(z.string(), z.unknown()).optional(),
  stages: z.record(z.string(), z.looseObject({})).optional(),
  defaultStage: z.string().optional(),
})

function checkConfig(value: unknown, file: string): Config {
  const invalid = (message: string): ViridianError =>
    new ViridianError('E_CONFIG_INVALID', message, {
      place: { file },
      hint: 'the default export must be defineConfig({ tasks: { … } })',
    })
  const parsed = shape.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw invalid(
      `the configuration is not valid at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`,
    )
  }
  const stray = strayTask(parsed.data.tasks, [])
  if (stray) throw invalid(`tasks.${stray} is neither a task nor a record of tasks`)
  const { defaultStage, stages } = parsed.data
  if (defaultStage !== undefined && !(defaultStage in (stages ?? {})))
    throw invalid(`defaultStage "${defaultStage}" is not one of stages`)
  // Its shape is what `Config` says; functions in it are the user's and are checked by their compiler.
  return value as Config
}

function strayTask(tree: Record<string, unknown>, path: string[]): string | undefined {
  for (const [name, value] of Object.entries(tree)) {
    if (isTask(value)) continue
    if (typeof value !== 'object' || value === null) return [...path, name].join('.')
    const stray = strayTask({ ...value }, [...path, name])
    if (stray) return stray
  }
  return undefined
}
