import { z } from 'zod'
import type { Event } from '../events/event.ts'
import { Mask } from '../events/mask.ts'
import { historyOf, type StepHistory } from '../journal/history.ts'
import { maskedRecord } from '../journal/masked.ts'
import type { JournalRecord } from '../journal/record.ts'
import { type ChangeDefinition, defineChange, defineRead, type StepDefinition } from '../step/definition.ts'
import { Engine } from '../step/engine.ts'
import { madeIn } from '../step/green.ts'
import { Registry } from '../step/registry.ts'
import { Scope } from '../step/scope.ts'
import { UndoUnderWay } from '../step/under-way.ts'
import { seeUndoable, undoable, undoSteps } from '../step/undo.ts'
import { quietContext } from './quiet-context.ts'

/** An engine on records in memory, with all that a test wants to look at. */
export class EngineBench {
  readonly events: Event[] = []
  readonly records: JournalRecord[]
  readonly mask = new Mask()
  readonly underWay = new UndoUnderWay()
  readonly engine: Engine
  readonly top: Scope
  readonly #registry: Registry
  permissions = 0

  constructor(
    steps: StepDefinition[],
    options: {
      planning?: boolean
      past?: readonly JournalRecord[]
      /** Puts a record on disk. @default at once */
      flush?: (record: JournalRecord) => Promise<void>
    } = {},
  ) {
    this.#registry = new Registry([{ name: 'test', module: 'test', settings: null, steps }])
    this.records = [started, ...(options.past ?? []).slice(1)]
    this.engine = new Engine({
      planning: options.planning ?? false,
      stop: new AbortController(),
      past: this.history,
      mask: this.mask,
      emit: (event) => this.events.push(event),
      record: async (record) => {
        await options.flush?.(record)
        this.records.push(maskedRecord(this.mask, record))
      },
    })
    this.top = new Scope({
      engine: this.engine,
      mask: this.mask,
      identity: { id: '20260101-000000-abcd', task: 'test', stage: 'local', by: 'ada@here' },
      registry: this.#registry,
      contextFor: (_, signal) => quietContext(signal),
      beforeChange: async () => {
        this.permissions += 1
      },
    })
  }

  get history(): ReadonlyMap<string, StepHistory> {
    return historyOf(this.records)?.steps ?? new Map()
  }

  seeUndoable() {
    const made = madeIn(this.history.values())
    return seeUndoable(undoable(this.history.values()), { ...this.#restoring, made })
  }

  undo() {
    return undoSteps(undoable(this.history.values()), {
      ...this.#restoring,
      made: madeIn(this.history.values()),
      underWay: this.underWay,
      emit: (event) => this.events.push(event),
      record: async (record) => {
        this.records.push(record)
      },
    })
  }

  get #restoring() {
    return { registry: this.#registry, contextFor: () => quietContext() }
  }
}

const started: JournalRecord = {
  kind: 'run.started',
  at: '2026-01-01T00:00:00.000Z',
  format: 1,
  run: '20260101-000000-abcd',
  task: 'test',
  stage: 'local',
  args: {},
  plugins: [],
  locks: [],
  sources: {},
  by: { user: 'test', host: 'test', pid: 1 },
}

/** A world of named things that steps make and remove; each call is on its log. */
export class World {
  readonly things = new Set<string>()
  readonly log: string[] = []
}

const thing = z.strictObject({ name: z.string() })
export type MakeThing = ChangeDefinition<{ name: string }, { count: number }, { name: string }>

/** A change that makes a thing; a test bends single functions of it. */
export function makeThing(world: World, bent: Partial<MakeThing> = {}): MakeThing {
  return {
    ...defineChange<{ name: string }, { count: number }, { name: string }>({
      name: 'test/make',
      version: 1,
      input: thing,
      beforeSchema: z.strictObject({ count: z.number() }),
      output: thing,
      calls: [],
      title: ({ name }) => `make ${name}`,
      before: async () => ({ count: world.things.size }),
      run: async ({ name }) => {
        world.log.push(`make ${name}`)
        world.things.add(name)
        return { name }
      },
      find: async ({ name }) =>
        world.things.has(name) ? { status: 'done', output: { name } } : { status: 'absent' },
      undo: async ({ name }) => {
        world.log.push(`remove ${name}`)
        world.things.delete(name)
        return undefined
      },
      touches: ({ name }) => name.split('+'),
    }),
    ...bent,
  }
}

/** A read that gives the number of things, counting how often it was asked. */
export const countThings = (world: World) =>
  defineRead({
    name: 'test/count',
    version: 1,
    input: z.strictObject({ of: z.string() }),
    output: z.strictObject({ count: z.number(), of: z.string() }),
    calls: [],
    title: ({ of }) => `count ${of}`,
    run: async ({ of }) => {
      world.log.push(`count ${of}`)
      return { count: world.things.size, of }
    },
  })
