import type { Backend } from './backend.ts'
import { type CommandContext, inDirectory, usingShell, withEnv } from './command/command.ts'
import { commandLine } from './command/quote.ts'
import type { CommandValue } from './command/run-command.ts'
import { templateCommand } from './command/template-command.ts'
import { given } from './files/given.ts'
import { fileReading } from './files/reading.ts'
import type { Host } from './host.ts'
import type { OpenShell } from './terminal/shell.ts'
import type { HostSpec } from './transport.ts'

/** The host that tasks are handed: it builds command lines in its context, and leaves the rest to a backend. */
export function hostInContext(spec: HostSpec, backend: Backend, context: CommandContext): Host {
  const inContext = (next: CommandContext): Host => hostInContext(spec, backend, next)
  const run: Backend['run'] = (...command) => backend.run(...command)
  return {
    name: spec.name,
    address: spec.address ?? spec.name,
    spec,
    labels: spec.labels ?? {},
    run: templateCommand(context, run),
    sudo: templateCommand({ ...context, user: context.user ?? 'root' }, run),
    shell: shell(backend, context),
    forward: (options) => backend.forward(options),
    reboot: (options = {}) => backend.reboot(options),
    cd: (directory) => inContext(inDirectory(context, directory)),
    env: (variables) => inContext(withEnv(context, variables)),
    as: (user) => inContext({ ...context, user }),
    using: (shell) => inContext(usingShell(context, shell)),
    put: async (source, remote, options = {}) =>
      backend.put(context, given(source, 'local'), given(remote, 'remote'), options),
    get: async (remote, local) => backend.get(context, given(remote, 'remote'), given(local, 'local')),
    write: async (remote, content, options = {}) => {
      const source = typeof content === 'string' ? { text: content } : content
      return backend.put(context, source, given(remote, 'remote'), options)
    },
    template: async (template, remote, data = {}, options = {}) =>
      backend.put(context, { template: given(template, 'local'), data }, given(remote, 'remote'), options),
    read: fileReading(backend, context),
    exists: async (remote) => backend.exists(context, given(remote, 'remote')),
  }
}

function shell(backend: Backend, context: CommandContext): OpenShell {
  return async (strings?: TemplateStringsArray, ...values: CommandValue[]) =>
    backend.shell(context, strings && commandLine(strings, values))
}
