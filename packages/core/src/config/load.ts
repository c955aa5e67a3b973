import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { cosmiconfig } from 'cosmiconfig'
import { isViridianError, ViridianError } from '../error.ts'
import { orFailure } from '../process-failures.ts'
import { brokenConfig } from './broken.ts'
import { checkConfig } from './check.ts'
import type { Config } from './config.ts'
import { importedIn, importIn } from './importer.ts'
import { refusePlanted } from './planted.ts'

export interface LoadedConfig {
  readonly config: Config
  /** Absolute path of the config file. */
  readonly file: string
  /** The directory that holds it: what relative paths in tasks are relative to. */
  readonly directory: string
  /** The digest of the task file, and of each file that it imports and that is no package's, by its path from the directory. */
  readonly sources: Readonly<Record<string, string>>
}

const endings = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

/**
 * Finds and loads the task file, from `from` upwards or at `file`.
 *
 * @throws ViridianError `E_CONFIG_MISSING`, `E_CONFIG_BROKEN` (it does not compile, or throws, or what it has begun does),
 * `E_STUCK`, `E_CONFIG_INVALID`, `E_NOT_OURS`
 */
export async function loadConfig(from: string, file?: string): Promise<LoadedConfig> {
  const explorer = cosmiconfig('tasks', {
    searchPlaces: endings.map((ending) => `tasks.config${ending}`),
    searchStrategy: 'global',
    // An empty task file is a mistake to name, not one to look past.
    ignoreEmptySearchPlaces: false,
    loaders: Object.fromEntries(
      endings.map((ending) => [ending, file === undefined ? importFound : importFile]),
    ),
  })
  const found =
    file === undefined ? await explorer.search(from) : await loadAt(file, () => explorer.load(file))
  if (!found) {
    throw new ViridianError('E_CONFIG_MISSING', `no tasks.config.ts in ${from} or above it`, {
      hint: 'make a project with "tasks init", or name a file with --config',
    })
  }
  const directory = dirname(found.filepath)
  const config = checkConfig(found.config, found.filepath)
  return { config, file: found.filepath, directory, sources: sourcesIn(directory) }
}

async function loadAt<Value>(file: string, load: () => Promise<Value>): Promise<Value> {
  try {
    return await load()
  } catch (error) {
    if (isViridianError(error)) throw error
    throw new ViridianError('E_CONFIG_MISSING', `cannot read ${file}`, {
      cause: error,
      place: { file },
      hint: '--config takes the path of a task file; without it, the nearest tasks.config.ts is used',
    })
  }
}

/** What nobody has named is run only when nobody else can have put it there. */
async function importFound(file: string): Promise<unknown> {
  refusePlanted(file, 'nothing of it was run; if you mean it, name it with --config')
  return importFile(file)
}

async function importFile(file: string): Promise<unknown> {
  try {
    const exported = await orFailure('the task file', () => importIn(dirname(file), file))
    return typeof exported === 'object' && exported !== null && 'default' in exported
      ? exported.default
      : undefined
  } catch (error) {
    throw isViridianError(error) && error.code === 'E_STUCK' ? error : brokenConfig(file, error)
  }
}

function sourcesIn(directory: string): Record<string, string> {
  const loaded = importedIn(directory).map((file) => [relative(directory, file), file] as const)
  const own = loaded.filter(([path]) => !/(^|\/)node_modules\//.test(path)).sort()
  return Object.fromEntries(own.map(([path, file]) => [path, digestOf(file)]))
}

const digestOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16)
