import type { Backend } from './backend.ts'
import { type CommandContext, inDirectory, withEnv } from './command.ts'
import { fileReading } from './files/reading.ts'
import type { CommandOptions, CommandValue, Host, RunCommand } from './host.ts'
import { commandLine } from './quote.ts'
import type { OpenShell } from './shell.ts'
import type { HostSpec } from './transport.ts'

/** The host that tasks are handed: it builds command lines in its context, and leaves the rest to a backend. */
export function hostInContext(spec: HostSpec, backend: Backend, context: CommandContext): Host {
  const inContext = (next: CommandContext): Host => hostInContext(spec, backend, next)
  return {
    name: spec.name,
    address: spec.address ?? spec.name,
    spec,
    labels: spec.labels ?? {},
    run: runCommand(backend, context),
    sudo: runCommand(backend, { ...context, user: context.user ?? 'root' }),
    shell: shell(backend, context),
    forward: (options) => backend.forward(options),
    reboot: (options = {}) => backend.reboot(options),
    cd: (directory) => inContext(inDirectory(context, directory)),
    env: (variables) => inContext(withEnv(context, variables)),
    as: (user) => inContext({ ...context, user }),
    put: (source, remote, options = {}) => backend.put(context, source, remote, options),
    get: (remote, local) => backend.get(context, remote, local),
    write: (remote, content, options = {}) =>
      backend.put(context, typeof content === 'string' ? { text: content } : content, remote, options),
    template: (template, remote, data = {}, options = {}) =>
      backend.put(context, { template, data }, remote, options),
    read: fileReading(backend, context),
    exists: (remote) => backend.exists(context, remote),
  }
}

function runCommand(backend: Backend, context: CommandContext): RunCommand {
  const start = async (options: CommandOptions, strings: TemplateStringsArray, values: CommandValue[]) =>
    backend.run(context, commandLine(strings, values), options)
  function run(strings: TemplateStringsArray, ...values: CommandValue[]): ReturnType<typeof start>
  function run(options: CommandOptions): ReturnType<RunCommand>
  function run(first: TemplateStringsArray | CommandOptions, ...values: CommandValue[]) {
    if ('raw' in first) return start({}, first, values)
    return (strings: TemplateStringsArray, ...inner: CommandValue[]) => start(first, strings, inner)
  }
  return run
}

function shell(backend: Backend, context: CommandContext): OpenShell {
  return async (strings?: TemplateStringsArray, ...values: CommandValue[]) =>
    backend.shell(context, strings && commandLine(strings, values))
}
