import { execFileSync } from 'node:child_process'

/** The command lines of this machine's processes that hold a text; zombies have ended. */
export function processesWith(text: string): string[] {
  const all = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' }).split('\n')
  return all.filter((line) => line.includes(text) && !line.startsWith('Z'))
}
