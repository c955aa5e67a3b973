import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Check, CheckContext, Finding } from '@viridian/core'
import { LoopbackRange, prefixes, probe } from '../emulator/machines/loopback.ts'
import { accessFile, cloudDirectory, readAccess } from './access.ts'
import type { FleetSeed } from './fleet-seed.ts'

const group = 'Local cloud'

/** What `tasks doctor` looks at before a cloud is started. */
export const cloudChecks = (fleet: FleetSeed | undefined): readonly Check[] => [
  { name: 'local-cloud/process', group, title: 'the local cloud', run: processFinding },
  {
    name: 'local-cloud/loopback',
    group,
    title: 'the loopback addresses',
    run: async ({ stateDirectory }) => loopbackFinding(cloudDirectory(stateDirectory), fleet?.port ?? 0),
  },
]

async function processFinding({ stateDirectory }: CheckContext): Promise<Finding> {
  const directory = cloudDirectory(stateDirectory)
  const access = await readAccess(directory)
  if (access) return { verdict: 'ok', says: `it runs, as process ${access.pid}` }
  const left = [accessFile(directory), join(directory, 'lock')].filter(existsSync)
  if (left.length > 0)
    return {
      verdict: 'warning',
      says: 'it has died, and its machines may still run',
      hint: 'tasks cloud down ends them',
      place: { file: left[0] },
    }
  const machines = existsSync(join(directory, 'machines')) ? ', with the machines of the last one' : ''
  return { verdict: 'ok', says: `it does not run: the next run starts it${machines}` }
}

/** Machines and balancers each listen on an address of their own. */
async function loopbackFinding(directory: string, port: number): Promise<Finding> {
  try {
    for (const prefix of Object.values(prefixes))
      await new LoopbackRange(prefix, directory).claim((address) => probe(address, port))
    return { verdict: 'ok', says: 'loopback addresses are free' }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // The system's refusal, with what to do about it.
    const [says = '', ...hint] = error.message.split(/(?<=\.) /)
    return { verdict: 'problem', says: says.replace(/\.$/, ''), hint: hint.join(' ') }
  }
}
