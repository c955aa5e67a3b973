import { z } from 'zod'
import type { Json } from '../json.ts'
import { recordedHost } from '../remote/host-schema.ts'

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
)

const place = z.object({
  file: z.string().optional(),
  line: z.number().optional(),
  host: z.string().optional(),
  call: z.string().optional(),
  requestId: z.string().optional(),
})

const errorReport = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  place: place.optional(),
  causes: z.array(z.string()).readonly().optional(),
})

const names = z.array(z.string()).readonly()
const hostChoice = z.object({
  roles: names.optional(),
  hosts: names.optional(),
  limit: z.union([z.number(), names]).optional(),
  except: names.optional(),
  failed: z.array(recordedHost).readonly().optional(),
})

const recordedPlugin = z.object({ name: z.string(), module: z.string(), settings: json })
export type RecordedPlugin = z.infer<typeof recordedPlugin>

const recordedVariable = z.union([z.object({ value: z.string() }), z.object({ digest: z.string() })])
export type RecordedVariable = z.infer<typeof recordedVariable>

/** Raised when a journal means something else than before, or an older version could not undo by it. */
export const journalFormat = 1

// Made once: zod compiles a schema when it is first asked, which takes longer than to read a line.
const ofAnyFormat = z.lazy(() => z.object({ kind: z.literal('run.started'), format: z.number() }))
const ofAnyKind = z.lazy(() => z.object({ kind: z.string() }))

/** The format that a journal's first record names, also one that is not known. */
export const formatOf = (record: unknown): number | undefined => ofAnyFormat.safeParse(record).data?.format

/** Who has a run in hand, and by which process. */
const runner = z.object({ user: z.string(), host: z.string(), pid: z.number() })

const lasting = z.object({ hosts: names, here: z.boolean() })

const told = z.object({
  kind: z.string(),
  data: z.record(z.string(), json),
  text: names,
})
/** What an event of a plugin's has told at the end of a run. */
export type Told = z.infer<typeof told>

const at = z.string()
const step = { key: z.string(), at }

/** One line of a journal. What is recorded is what a resume or an undo needs, and what a report tells. */
// Put off until a journal is read: few commands read one, and this takes a good part of a short one's time.
export const journalRecord = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('run.started'),
      at,
      format: z.literal(journalFormat),
      run: z.string(),
      task: z.string(),
      stage: z.string(),
      args: z.record(z.string(), json),
      /** How each plugin was made, so that an undo can make it again. */
      plugins: z.array(recordedPlugin).readonly(),
      /** The environment that its stage sets; of what may be a secret, a digest. */
      env: z.record(z.string(), recordedVariable).optional(),
      /** What the environment of its process said of the account that is meant. */
      account: z.record(z.string(), z.string()).optional(),
      /** What it holds while it runs: `group/web`. */
      locks: z.array(z.string()),
      /** Which hosts it is for, where not for all. */
      choice: hostChoice.optional(),
      /** True for a built-in task, which stands in no task file. */
      adHoc: z.boolean().optional(),
      /** The files that the task was loaded from, with their digests; none on record: nobody can tell what has changed. */
      sources: z.record(z.string(), z.string()).readonly().optional(),
      by: runner,
    }),
    /** Another process goes on with it. */
    z.object({ kind: z.literal('run.resumed'), at, by: runner }),
    z.object({
      kind: z.literal('step.intended'),
      ...step,
      step: z.string(),
      version: z.number(),
      type: z.enum(['read', 'check', 'change', 'command', 'host', 'fact']),
      title: z.string(),
      /** The digest of the input: a resumed run that asks for something else is stopped. */
      digest: z.string(),
      input: json,
      /** The moves, branches and tasks around it of which no earlier record tells. */
      within: z
        .array(z.object({ key: z.string(), title: z.string() }))
        .readonly()
        .optional(),
      before: json.optional(),
      token: z.string().optional(),
    }),
    z.object({
      kind: z.literal('step.done'),
      ...step,
      output: json,
      found: z.boolean().optional(),
      /** What it has made, as its definition names it. */
      makes: names.optional(),
      /** What it holds for the time of the run, by thing and in words. */
      holds: z.record(z.string(), z.string()).readonly().optional(),
      /** What is no more behind it. */
      ends: names.optional(),
      /** Its output held a secret, and is not whole here. */
      masked: z.boolean().optional(),
    }),
    z.object({
      kind: z.literal('step.failed'),
      ...step,
      error: errorReport,
      made: z.enum(['no', 'unknown']),
    }),
    /** The hosts that a remote task is called on, also those that it may never come to. */
    z.object({ kind: z.literal('task.hosts'), ...step, hosts: z.array(recordedHost).readonly() }),
    z.object({ kind: z.literal('role.assigned'), at, role: z.string(), hosts: json }),
    z.object({ kind: z.literal('kept'), at, until: z.string() }),
    z.object({ kind: z.literal('committed'), at }),
    z.object({
      kind: z.literal('undo.started'),
      at,
      reason: errorReport.optional(),
      /** Who asked for it, where the run has not begun it by itself. */
      by: runner.optional(),
    }),
    z.object({ kind: z.literal('step.undone'), ...step, note: z.string().optional() }),
    z.object({ kind: z.literal('undo.failed'), ...step, error: errorReport }),
    z.object({
      kind: z.literal('run.finished'),
      at,
      status: z.enum(['succeeded', 'failed', 'cancelled', 'kept', 'left']),
      exitCode: z.number(),
      error: errorReport.optional(),
      leftovers: z.array(z.string()),
      /** Where commands did what is not taken back. */
      lasting: lasting.optional(),
      /** What its end has told a person. */
      told: z.array(told).readonly().optional(),
    }),
  ]),
)

// Each time that a lazy schema is unwrapped it is made anew.
let kinds: ReadonlySet<string> | undefined

/** The kind of a record that this version does not know. */
export function unknownKindOf(record: unknown): string | undefined {
  const kind = ofAnyKind.safeParse(record).data?.kind
  kinds ??= new Set(journalRecord.unwrap().options.map(({ shape }) => shape.kind.value))
  return kind === undefined || kinds.has(kind) ? undefined : kind
}

export type JournalRecord = z.infer<typeof journalRecord>
export type RecordOf<Kind extends JournalRecord['kind']> = Extract<JournalRecord, { kind: Kind }>
