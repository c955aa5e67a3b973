export type { ErrorDetails, ErrorPlace, ErrorReport } from './error.ts'
export { isViridianError, reportOf, ViridianError } from './error.ts'
export type { Event, PluginEvent, RunStatus } from './events/event.ts'
export { suggestion } from './nearest.ts'
export type {
  ActionContext,
  Json,
  Plugin,
  PluginAction,
  PluginCommand,
  Surroundings,
  SurroundingsContext,
} from './plugin.ts'
export type { CommandOptions, CommandResult, CommandValue, Host, RunCommand } from './remote/host.ts'
export type { HostSpec, SshDefaults } from './remote/transport.ts'
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
export type { Move, Steps } from './step/steps.ts'
