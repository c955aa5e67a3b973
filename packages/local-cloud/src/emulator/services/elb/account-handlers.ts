import { validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import type { ElbHandlers } from './balancer-book.ts'

/** A new account's limits; nothing here is refused for them. */
const limits: Readonly<Record<string, string>> = {
  'classic-load-balancers': '20',
  'classic-listeners': '100',
  'classic-registered-instances': '1000',
}

/** What the account may have. */
export const accountHandlers: ElbHandlers = {
  DescribeAccountLimits({ PageSize = 400, Marker }) {
    const all = Object.entries(limits).map(([Name, Max]) => ({ Name, Max }))
    const size = within(PageSize, 'pageSize', 1, 400)
    const page = pageOf(all, size, Marker, () => validationError(`Invalid marker: ${Marker}`))
    return { Limits: [...page.items], ...(page.next === undefined ? {} : { NextMarker: page.next }) }
  },
}
