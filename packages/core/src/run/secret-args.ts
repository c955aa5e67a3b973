import { createHash } from 'node:crypto'
import type { Mask } from '../events/mask.ts'
import { asJson } from '../step/performance.ts'
import { type ArgSpecs, detailsOf } from '../task/args.ts'

type Args = Readonly<Record<string, unknown>>

/** Masks the values of secret arguments wherever they turn up. */
export function maskSecrets(mask: Mask, specs: ArgSpecs, args: Args): void {
  for (const [name, spec] of Object.entries(specs)) {
    const value = args[name]
    if (detailsOf(spec).secret && typeof value === 'string') mask.add(value)
  }
}

/** Arguments as a journal may hold them: of a secret one a digest, which a resume compares. */
export function journaledArgs(specs: ArgSpecs, args: Args): Record<string, ReturnType<typeof asJson>> {
  const entries = Object.entries(args).map(([name, value]) => {
    const spec = specs[name]
    const secret = spec !== undefined && detailsOf(spec).secret === true
    const digest = (): string => createHash('sha256').update(String(value)).digest('hex').slice(0, 16)
    return [name, secret ? { digest: digest() } : asJson(value)] as const
  })
  return Object.fromEntries(entries)
}
