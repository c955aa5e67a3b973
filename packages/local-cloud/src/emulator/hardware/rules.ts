import type { BalancedProtocol } from './balancers.ts'

export interface Rule {
  /** All of them have to hold. */
  readonly conditions: readonly Condition[]
  /** What is changed of a request before its action. */
  readonly rewrites?: readonly Rewrite[]
  readonly action: Action
}

/** Holds when one of the values does, which may have `*` and `?`, or one of the regular expressions. */
export interface Condition {
  readonly field:
    | 'host-header'
    | 'path-pattern'
    | 'http-header'
    | 'http-request-method'
    | 'query-string'
    | 'source-ip'
  /** The header's. */
  readonly name?: string
  /** A pair of a query string: `key=value`, or `=value` for any key. */
  readonly values: readonly string[]
  readonly regexes?: readonly string[]
}

/** What a regular expression finds of a request's host or of its path and query, and what stands there then: it may have `$1`. */
export interface Rewrite {
  readonly of: 'host' | 'url'
  readonly regex: string
  readonly replace: string
}

/** What becomes of a request. */
export type Action =
  | {
      readonly kind: 'forward'
      readonly groups: readonly WeightedGroup[]
      /** AWS seconds for which a client stays with the group that it has come to. */
      readonly sticky?: number
    }
  | {
      readonly kind: 'redirect'
      readonly status: number
      /** Each may have `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` in it. */
      readonly protocol: string
      readonly host: string
      readonly port: string
      readonly path: string
      readonly query: string
    }
  | { readonly kind: 'answer'; readonly status: number; readonly type?: string; readonly body?: string }

/** A target group, and its part among those that a rule forwards to. */
export interface WeightedGroup {
  readonly name: string
  readonly weight: number
  /** What its targets speak. */
  readonly protocol: BalancedProtocol
  /** Where targets are asked that have no port of their own. */
  readonly port?: number
  readonly stickiness?: Stickiness
}

/** By the balancer's own cookie, for AWS seconds or (0) as long as the browser runs; or as long as an application's cookie. */
export type Stickiness = { readonly seconds: number } | { readonly cookie: string }
