import { balancerThing, balancerTitle, type FrontRef, lookFor, nameFor } from '@viridian/aws'
import {
  type ChangeContext,
  type ChangeDefinition,
  defineChange,
  type StepContext,
  ViridianError,
} from '@viridian/core'
import { z } from '@viridian/core/zod'
import { deleteCalls, deleteOwn, isOwn, resourceOf, tagCalls, tagRecord } from './balancer-resource.ts'

/** How copies of one kind of balancer are made. */
interface BalancerCopy<Original extends FrontRef> {
  readonly name: string
  readonly version: number
  /** What is copied; a copy is described in the same way. */
  readonly schema: z.ZodType<Original>
  /** What it calls besides the reading of tags and the deleting. */
  readonly calls: readonly string[]
  placeholder(original: Original): Original
  /** The copy of this name; undefined when there is none. */
  named(c: StepContext, name: string, original: Original): Promise<Original | undefined>
  /** Makes the copy by one call, with tags of its owner's. */
  create(c: CopyContext, original: Original, copy: NamedCopy): Promise<Original>
}

export type CopyContext = ChangeContext<null>

export interface NamedCopy {
  readonly name: string
  /** Those that the owner of the original has given it. */
  readonly tags: Readonly<Record<string, string>>
}

const nameLimit = 32

/**
 * Defines a step that makes a copy of a balancer under a name of its own. It is found again by its name and the step's tag,
 * and undone by deleting it, as long as it carries that tag.
 */
export const defineBalancerCopy = <Original extends FrontRef>({
  schema,
  calls,
  named,
  create,
  ...definition
}: BalancerCopy<Original>): ChangeDefinition<{ balancer: Original }, null, Original> =>
  defineChange({
    name: definition.name,
    version: definition.version,
    /** The one to copy. */
    input: z.strictObject({ balancer: schema }),
    beforeSchema: z.null(),
    output: schema,
    calls: [...calls, 'elasticloadbalancing:AddTags', ...tagCalls, ...deleteCalls],
    title: ({ balancer }) => `copy ${balancerTitle(balancer)}`,
    placeholder: ({ balancer }) => definition.placeholder(balancer),
    before: async () => null,
    run: async ({ balancer }, c) => {
      const name = nameOfCopy(balancer, c)
      const present = await named(c, name, balancer)
      if (present && !isOwn((await resourceOf(present).tags(c)) ?? [], c)) throw nameTaken(present)
      const tags = tagRecord(await resourceOf(balancer).tags(c))
      return create(c, balancer, { name, tags })
    },
    find: async ({ balancer }, c) => {
      const made = await lookFor(c, async () => {
        const present = await named(c, nameOfCopy(balancer, c), balancer)
        return present && isOwn((await resourceOf(present).tags(c)) ?? [], c) && present
      })
      return made ? { status: 'done', output: made } : { status: 'absent' }
    },
    undo: (_input, { output, ...c }) => deleteOwn(c, output),
    touches: (_input, output) => [balancerThing(output)],
    makes: (_input, output) => [balancerThing(output)],
    leaves: (_input, output) => [balancerTitle(output)],
  })

/** AWS keeps names that begin with `internal-` for itself. */
const nameOfCopy = ({ name }: FrontRef, { token }: { readonly token: string }): string =>
  nameFor(name.replace(/^(internal-)+/, ''), token, nameLimit)

const nameTaken = (present: FrontRef): ViridianError =>
  new ViridianError(
    'E_NAME_TAKEN',
    `there is a ${balancerTitle(present)} already, and this run has not made it`,
    {
      hint: `see whose it is: ${resourceOf(present).tagsCommand}`,
      place: { call: 'elasticloadbalancing:DescribeTags' },
      refused: true,
    },
  )
