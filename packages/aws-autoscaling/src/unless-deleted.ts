import { lookFor } from '@viridian/aws'
import type { StepContext, UndoReport } from '@viridian/core'
import { findGroup } from './group.ts'

/** The undo of a change to a group. Where it fails since somebody has deleted the group, nothing is left to give back. */
export async function unlessDeleted(
  c: StepContext,
  group: string,
  undo: () => Promise<UndoReport | undefined>,
): Promise<UndoReport | undefined> {
  try {
    return await undo()
  } catch (error) {
    const isThere = async (): Promise<boolean> => {
      const found = await findGroup(c, group)
      return found !== undefined && found.Status === undefined
    }
    if (await lookFor(c, isThere)) throw error
    return { leftAlone: `group ${group}: somebody has deleted it` }
  }
}
