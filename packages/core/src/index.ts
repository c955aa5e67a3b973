/// <reference types="node" preserve="true" />
export type { Config, HostFinder, HostList, RoleSpec, RoleSsh, Stage, TaskTree } from './config/config.ts'
export { defineConfig } from './config/config.ts'
export type { Check, CheckContext, Finding, Verdict } from './doctor/check.ts'
export { formatDuration, parseDuration } from './duration.ts'
export type { ErrorDetails, ErrorPlace, ErrorReport } from './error.ts'
export { isViridianError, reportOf, ViridianError } from './error.ts'
export type { Event, FoundLeftover, RunStatus } from './events/event.ts'
export type { PluginEvent } from './events/plugin-event.ts'
export type { Going, Leftover, LeftoverKind, Use } from './gc/leftover.ts'
export type { Json } from './json.ts'
export { suggestion } from './nearest.ts'
export type {
  ActionContext,
  ActionOptions,
  Plugin,
  PluginAction,
  PluginCommand,
  Surroundings,
  SurroundingsContext,
} from './plugin.ts'
export { type FailureTaker, takeFailures } from './process-failures.ts'
export type { CommandOptions, CommandResult, CommandValue, RunCommand } from './remote/command/run-command.ts'
export type {
  FilledTemplate,
  PutOptions,
  PutResult,
  PutSource,
  ReadOptions,
  WriteOptions,
} from './remote/files/options.ts'
export type { ReadRemoteFile } from './remote/files/reading.ts'
export type { Template, TemplateData } from './remote/files/template.ts'
export type { Forward, ForwardOptions } from './remote/forward/forward.ts'
export type { Place } from './remote/forward/place.ts'
export type { Host } from './remote/host.ts'
export type { HostCount, OnFailure } from './remote/hosts/fan-out.ts'
export type { HostResult } from './remote/hosts/hosts-error.ts'
export { HostsError } from './remote/hosts/hosts-error.ts'
export type { Stdin } from './remote/input/stdin.ts'
export type { RebootOptions } from './remote/reboot.ts'
export type { Retry } from './remote/running/retry.ts'
export type { OpenShell } from './remote/terminal/shell.ts'
export type { HostSpec, SshDefaults, TransportName } from './remote/transport.ts'
export type {
  ChangeContext,
  ChangeDefinition,
  CheckDefinition,
  Found,
  ReadDefinition,
  RunIdentity,
  StepContext,
  StepDefinition,
  UndoReport,
} from './step/definition.ts'
export { defineChange, defineCheck, defineRead } from './step/definition.ts'
export { placeholderText } from './step/placeholder.ts'
export { secret } from './step/secret.ts'
export type { Move, Steps } from './step/steps.ts'
export type { ArgDefault, ArgDetails, ArgSpec, ArgSpecs, ArgType, ArgValues } from './task/args.ts'
export type {
  BranchContext,
  HostValues,
  RemoteTaskContext,
  SettingsOf,
  TaskContext,
  ValueOf,
} from './task/context.ts'
export type { Hooks } from './task/hooks.ts'
export type { LocalCommands } from './task/local-commands.ts'
export type {
  Batches,
  CallSettings,
  FanOutSettings,
  LocalTask,
  LocalTaskSettings,
  OnceTask,
  RemoteTask,
  RemoteTaskSettings,
  Task,
} from './task/task.ts'
export { remoteTask, task } from './task/task.ts'
