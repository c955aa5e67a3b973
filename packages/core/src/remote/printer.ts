import type { Backend } from './backend.ts'
import { type CommandContext, shownCommand } from './command/command.ts'
import { quotePath } from './command/quote.ts'
import { shownGet, shownPut, shownRead } from './files/shown.ts'
import { shownForward } from './forward/forward.ts'

/** Says what would be done on a host, and does nothing: commands succeed without a word, no file exists. */
export function printer(print: (command: string) => void, mask: (text: string) => string): Backend {
  const say = (context: CommandContext, command: string): string => {
    const shown = mask(shownCommand(context, command))
    print(shown)
    return shown
  }
  return {
    run: async (context, command, { okCodes = [0] }) => {
      const code = okCodes === 'any' || okCodes.includes(0) ? 0 : (okCodes[0] ?? 0)
      return { command: say(context, command), code, signal: null, stdout: '', stderr: '', truncated: false }
    },
    shell: async (context, command) => {
      say(context, command ?? 'open a shell')
      return 0
    },
    forward: async (options) => {
      print(mask(shownForward(options)))
      return { address: '127.0.0.1', port: 0, close: async () => undefined }
    },
    reboot: async ({ command = 'reboot' }) => print(mask(`${command}, and wait until it is back`)),
    put: async (context, source, remote) => {
      say(context, shownPut(source, remote))
      return { changed: true, sent: 0 }
    },
    get: async (context, remote, local) => void say(context, shownGet(remote, local)),
    read: async (context, remote) => {
      say(context, shownRead(remote))
      return Buffer.alloc(0)
    },
    exists: async (context, remote) => {
      say(context, `test -e ${quotePath(remote)}`)
      return false
    },
  }
}
