import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

/** A whole process from its start to its end, all that it started included. */
export interface Cost {
  /** Seconds. */
  readonly wall: number
  /** Seconds of processor time, its children's included: the client's side alone. */
  readonly cpu: number
  readonly stdout: string
}

export interface Job {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

// What a login has, and no more: a setting that makes one interpreter start slower bends the comparison.
const { PATH, HOME, USER, LANG, TERM } = process.env
const bare = { PATH, HOME, USER, LANG, TERM }

/** Runs a job to its end. Node tells a child's processor time to nobody, so a shell does. */
export async function costOf({ command, env = {}, cwd }: Job): Promise<Cost> {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" 2>&4; } 4>&2 2>&3'
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...bare, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  const { stdout, stderr } = child
  const clock = child.stdio[3]
  if (stdout === null || stderr === null || clock === null || clock === undefined || !('read' in clock))
    throw new Error('a pipe is missing')
  const [said, complaints, times, [code]] = await Promise.all([
    text(stdout),
    text(stderr),
    text(clock),
    once(child, 'exit'),
  ])
  if (code !== 0)
    throw new Error(
      `${command.slice(0, 4).join(' ')} … exited with ${code}:\n${complaints}${said}`.slice(0, 2000),
    )
  const [wall = 0, user = 0, system = 0] = times.trim().split(' ').map(Number)
  return { wall, cpu: user + system, stdout: said }
}

/** Peak resident memory of a job's processes, summed, in KiB: looked at ten times a second. */
export async function peakMemoryOf({ command, env = {}, cwd }: Job): Promise<number> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...bare, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  let peak = 0
  const look = (): void => {
    if (child.pid !== undefined) peak = Math.max(peak, residentOf(child.pid))
  }
  const timer = setInterval(look, 100)
  const [code] = await once(child, 'exit')
  clearInterval(timer)
  if (code !== 0) throw new Error(`${command.slice(0, 4).join(' ')} … exited with ${code}`)
  return peak
}

function residentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const own = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0)
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
    )
    return children.reduce((sum, child) => sum + residentOf(Number(child)), own)
  } catch {
    // It has ended meanwhile.
    return 0
  }
}
