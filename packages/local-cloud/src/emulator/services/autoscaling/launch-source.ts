import type { AutoScalingGroup, Instance, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling'
import type { GroupBook } from './group-book.ts'
import { describeMixedPolicy, type MixedPolicy } from './mixed-policy.ts'

/** What a group launches from. */
export type LaunchSource =
  | { readonly kind: 'configuration'; readonly name: string }
  | {
      readonly kind: 'template'
      readonly id: string
      readonly name: string
      /** As it was given: a number, `$Latest`, `$Default`, or nothing for the default. */
      readonly version?: string
      /** Of a group that launches instances of several kinds. */
      readonly mixed?: MixedPolicy
    }

export type TemplateSource = Extract<LaunchSource, { readonly kind: 'template' }>

/** A template and its version, as requests name them. */
export const specificationOf = ({ id, name, version }: TemplateSource): LaunchTemplateSpecification => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  ...(version !== undefined && { Version: version }),
})

/** The members by which instances show their source. */
export const describeSource = (
  source: LaunchSource,
): Pick<Instance, 'LaunchConfigurationName' | 'LaunchTemplate'> =>
  source.kind === 'configuration'
    ? { LaunchConfigurationName: source.name }
    : { LaunchTemplate: specificationOf(source) }

/** The members by which groups show theirs. */
export const describeGroupSource = (
  source: LaunchSource,
): Pick<AutoScalingGroup, 'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'> =>
  source.kind === 'template' && source.mixed !== undefined
    ? { MixedInstancesPolicy: describeMixedPolicy(source.mixed, specificationOf(source)) }
    : describeSource(source)

/** Sorts sources by age, as the default termination policy does: launch configurations come before templates. */
export function sourceAge(source: LaunchSource, book: GroupBook): string {
  if (source.kind === 'template') return `template ${source.id} ${source.version?.padStart(9, '0')}`
  const found = book.configurations().find(({ name }) => name === source.name)
  return `configuration ${found?.created ?? ''}`
}
