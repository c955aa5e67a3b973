import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../packages/core/bin/tasks.js', import.meta.url))

/** What a person sees, and types when it stands there. */
export interface Answer {
  readonly question: string
  readonly typed: string
}

// Python has pseudo-terminals, which Node has not.
const person = `
import json, os, pty, select, sys, time
answers, argv = json.loads(sys.argv[1]), sys.argv[2:]
pid, screen = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
seen, read, deadline = b'', 0, time.time() + 60
while time.time() < deadline:
    if answers and answers[0]['question'].encode() in seen[read:]:
        read = len(seen)
        # As fingers do: the program has its hands on the terminal by then.
        time.sleep(0.3)
        os.write(screen, answers.pop(0)['typed'].encode() + b'\\r')
    if not select.select([screen], [], [], 0.1)[0]:
        continue
    try:
        chunk = os.read(screen, 65536)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
print(json.dumps({'screen': seen.decode(errors='replace'), 'exitCode': os.waitstatus_to_exitcode(status), 'unasked': len(answers)}))
`

export interface Sitting {
  /** All that the terminal was sent. */
  readonly screen: string
  readonly exitCode: number
  /** Answers that nobody asked for. */
  readonly unasked: number
}

/** Runs `tasks` on a terminal, with a person at it. */
export async function atTerminal(
  directory: string,
  args: readonly string[],
  answers: readonly Answer[],
  env: Readonly<Record<string, string>> = {},
): Promise<Sitting> {
  const words = ['-c', person, JSON.stringify(answers), process.execPath, command, ...args]
  const child = spawn('python3', words, {
    cwd: directory,
    env: { ...process.env, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return JSON.parse(said)
}
