export { type OpenBalancers, openBalancers } from './balancers.ts'
