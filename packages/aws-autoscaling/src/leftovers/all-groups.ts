import type { StepContext } from '@viridian/core'
import { type Group, readGroups } from '../group.ts'

const groupsKey = Symbol('groups')

/** All groups, read once a run: what it finds of one kind and of the next, it finds by the same look. */
export const allGroups = (c: StepContext): Promise<readonly Group[]> =>
  c.resource(groupsKey, () => readGroups(c))

/** Those of them that have a tag of one of these keys. */
export const taggedGroups = async (c: StepContext, ...keys: readonly string[]): Promise<Group[]> =>
  (await allGroups(c)).filter(({ Tags }) => Tags.some(({ Key }) => keys.includes(Key)))
