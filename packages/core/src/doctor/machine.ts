import type { Check, Finding } from './check.ts'

const group = 'This machine'
const oldest = [20, 19] as const

/** What `tasks` itself runs on. */
export const machineChecks: readonly Check[] = [
  {
    name: 'machine/node',
    group,
    title: "Node's version",
    run: async () => nodeFinding(process.versions.node),
  },
]

/** @param version - `22.3.0` */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isFit = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
  if (isFit) return { verdict: 'ok', says: `Node ${version} on ${process.platform}` }
  return {
    verdict: 'problem',
    says: `Node ${version} is too old`,
    hint: `install Node ${oldest.join('.')} or later`,
  }
}
