import type { Backend } from './backend.ts'
import { type CommandContext, shownCommand } from './command/command.ts'
import { shownGet, shownPut, shownRead } from './files/shown.ts'
import { shownForward } from './forward/forward.ts'

/** Begins something on a host and follows it, under the name that people read; its promise is what the task gets. */
export type Track = <Value>(shown: string, begin: () => Promise<Value>) => Promise<Value>

/** A backend that has all that it begins followed. */
export function trackedBackend(backend: Backend, track: Track): Backend {
  const placed = <Value>(
    context: CommandContext,
    shown: string,
    begin: () => Promise<Value>,
  ): Promise<Value> => track(shownCommand(context, shown), begin)
  return {
    run: (context, command, options) =>
      placed(context, command, () => backend.run(context, command, options)),
    shell: (context, command) =>
      placed(context, command ?? 'open a shell', () => backend.shell(context, command)),
    forward: (options) => track(shownForward(options), () => backend.forward(options)),
    reboot: (options) => track(options.command ?? 'reboot', () => backend.reboot(options)),
    put: (context, source, remote, options) =>
      placed(context, shownPut(source, remote), () => backend.put(context, source, remote, options)),
    get: (context, remote, local) =>
      placed(context, shownGet(remote, local), () => backend.get(context, remote, local)),
    read: (context, remote, options) =>
      placed(context, shownRead(remote), () => backend.read(context, remote, options)),
    exists: (context, remote) => placed(context, `look for ${remote}`, () => backend.exists(context, remote)),
  }
}
