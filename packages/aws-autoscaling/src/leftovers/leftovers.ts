import type { LeftoverKind, StepDefinition } from '@viridian/core'
import { findMadeGroups, leftGroups } from './left-groups.ts'
import { findPinned, leftPins } from './left-pins.ts'
import { findMadeSources, leftSources } from './left-sources.ts'

/** What runs leave behind in Auto Scaling. */
export const leftovers: readonly LeftoverKind[] = [leftPins, leftGroups, leftSources]

/** The steps that find it; those that remove it are others' too. */
export const leftoverSteps: readonly StepDefinition[] = [findPinned, findMadeGroups, findMadeSources]
