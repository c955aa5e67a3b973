import type { ErrorReport } from '../error.ts'

/** The failure of a step that the task has caught, to go on: the hint says why the run ended all the same. */
export function caught(error: ErrorReport): ErrorReport {
  const { code, hint } = error
  const why = 'a failed step ends the run, also when its error is caught'
  return { ...error, hint: [hint, why, borne[code]].filter((text) => text !== undefined).join('; ') }
}

const borne: Readonly<Record<string, string>> = {
  E_COMMAND_FAILED: "okCodes: 'any' lets a command end with any exit code",
  E_HOSTS_FAILED: "maxFailures: '100%' lets a remote task fail on any host",
}
