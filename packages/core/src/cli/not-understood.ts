// What was typed, and what the configuration says.
const typed =
  /^E_(?:USAGE|ARG_\w+|DURATION|HOST_(?:AMBIGUOUS|COUNT|INVALID|LIST|PATTERN|TWICE|UNKNOWN)|NO_TERMINAL)$/
const named = /^E_(?:ROLE|RUN|STAGE|TASK|TEMPLATE)_UNKNOWN$/
// The run is there, but is none that this can be asked of.
const ofAnotherKind = /^E_RUN_(?:AD_HOC|COMMITTED|ENDED|NONE|TASK|UNCLEAR|UNDOING)$/
const placed = /^E_(?:DIRECTORY_GONE|INIT_EXISTS|INIT_NOT_EMPTY|INIT_NO_DIRECTORY|NOT_OURS)$/
const configured =
  /^E_(?:CONFIG_\w+|ACCOUNT_CHANGED|EXIT|GC_BLIND|PLUGIN_\w+|STAGE_ENV|STUCK|TASK_LOCKS|TASK_SETTING)$/

/** Whether an error outside a run says that a command was not understood; what this does not know has been, and has failed. */
export const isNotUnderstood = (code: string): boolean =>
  [typed, named, ofAnotherKind, placed, configured].some((codes) => codes.test(code))
