import { AwsError } from '../../service.ts'
import type { Ec2Context } from './context.ts'
import type { Kind } from './ids.ts'

/**
 * Imitates eventual consistency: what was made less than the set time ago is not found by id yet.
 *
 * @throws AwsError `….NotFound`
 */
export function refuseYoung(
  { clock, faults }: Ec2Context,
  kind: Kind,
  items: readonly { readonly id: string; readonly madeAt: string }[],
): void {
  const age = clock.milliseconds(faults.eventualConsistency)
  const young = items.filter(({ madeAt }) => clock.now().getTime() - Date.parse(madeAt) < age)
  if (young.length > 0) throw new AwsError(kind.notFound, kind.absent(young.map(({ id }) => id).join(', ')))
}
