import { join } from 'node:path'
import { ViridianError } from '../../error.ts'
import { type Document, readDocument } from './document.ts'
import { expandHome } from './home.ts'
import type { LocalSide } from './local-side.ts'

/**
 * Reads the files that there are: the user's, then the system's; or another one in place of both, which must be there.
 *
 * @throws ViridianError `E_SSH_CONFIG`
 */
export async function readFiles(config: string | false | undefined, local: LocalSide): Promise<Document[]> {
  if (config === false || config?.toLowerCase() === 'none') return []
  if (config !== undefined) {
    const file = expandHome(config, local.home) ?? config
    const document = await readDocument(file, { local, isUsers: true, isChecked: false })
    if (document !== undefined) return [document]
    throw new ViridianError('E_SSH_CONFIG', `${file} does not exist`, {
      hint: 'check its name',
      place: { file },
    })
  }
  const documents = [
    await readDocument(join(local.home, '.ssh/config'), { local, isUsers: true, isChecked: true }),
    await readDocument(join(local.system, 'ssh_config'), { local, isUsers: false, isChecked: false }),
  ]
  return documents.filter((document) => document !== undefined)
}
