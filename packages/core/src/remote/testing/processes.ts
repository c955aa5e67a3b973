import { execFileSync } from 'node:child_process'

/** The command lines of this machine's processes that hold a text. */
export function processesWith(text: string): string[] {
  return commandLines().filter((line) => line.includes(text))
}

/** How many of this machine's processes have exactly this command line. */
export function countOf(commandLine: string): number {
  return commandLines().filter((line) => line === commandLine).length
}

// Zombies have ended; only their parents have not asked yet.
function commandLines(): string[] {
  const lines = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => !line.startsWith('Z')).map((line) => line.replace(/^\S+\s+/, ''))
}
