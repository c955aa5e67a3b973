import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ViridianError } from '../error.ts'
import type { RecordedPlugin } from '../journal/record.ts'
import type { Plugin } from '../plugin.ts'
import { importIn } from './importer.ts'

/**
 * Makes a plugin as a journal says that it was made: its package is looked for in the project, and then beside core.
 *
 * @throws ViridianError `E_PLUGIN_MISSING`
 */
export async function loadPlugin(recorded: RecordedPlugin, directory: string): Promise<Plugin> {
  const { name, module, settings } = recorded
  try {
    const loaded = await importIn(directory, resolve(module, directory))
    const make = isObject(loaded) && 'default' in loaded ? loaded.default : undefined
    if (typeof make !== 'function') throw new Error('its default export is no function')
    const plugin: unknown = make(settings)
    if (!isPlugin(plugin) || plugin.name !== name) throw new Error(`it makes no plugin "${name}"`)
    return plugin
  } catch (error) {
    throw new ViridianError(
      'E_PLUGIN_MISSING',
      `the plugin ${name}, which the run used, cannot be loaded from ${module}`,
      {
        cause: error,
        hint: 'install it in the directory of the project, in the version that the run used, and give the command again',
      },
    )
  }
}

function resolve(module: string, directory: string): string {
  try {
    return createRequire(join(directory, 'tasks.config.ts')).resolve(module)
  } catch {
    return createRequire(import.meta.url).resolve(module)
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isPlugin = (value: unknown): value is Plugin =>
  isObject(value) && 'name' in value && 'module' in value && 'settings' in value
