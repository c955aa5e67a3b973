import { AwsError } from '../service.ts'
import type { Api, Operation } from './api.ts'
import { rpcPath, rpcV2Cbor } from './cbor-protocol.ts'
import { awsJson } from './json-protocol.ts'
import type { Protocol, WireRequest } from './protocol.ts'
import { awsQuery, ec2Query, queryParameters } from './query-protocol.ts'
import { matchRoute, restXml } from './rest-protocol.ts'

/** Where a request goes: its API, the form that it is written in, and the operation that it names. */
export interface Route {
  readonly api: Api
  readonly protocol: Protocol
  /** As the request names it. */
  readonly name: string
  /** Undefined: the API has no such operation. */
  readonly operation: Operation | undefined
}

const json = { '1.0': awsJson('1.0'), '1.1': awsJson('1.1') }

/** Finds the route by `smithy-protocol`, by `x-amz-target`, by the form's `Version` or by the path; undefined: no API of ours is meant. */
export function route(apis: readonly Api[], request: WireRequest): Route | undefined {
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return routeCbor(apis, request.path)
  const target = request.headers['x-amz-target']
  if (target !== undefined) return routeJson(apis, target, request.headers['content-type'] ?? '')
  const parameters = queryParameters(request)
  const action = parameters.get('Action')
  if (action !== null) return routeQuery(apis, action, parameters.get('Version'))
  return routePath(apis, request)
}

/** What AWS answers to an operation that it does not have, or that this cloud does not. */
export function unknownOperation({ api, name, operation }: Route): AwsError {
  const hint = operation === undefined ? '' : ' The local cloud does not offer it yet.'
  if (api.protocol === restProtocol)
    return new AwsError('UnknownOperationException', `${name} is not known.${hint}`, 404)
  return new AwsError('InvalidAction', `The action ${name} is not valid for this web service.${hint}`)
}

const restProtocol = 'aws.protocols#restXml'

function routeJson(apis: readonly Api[], target: string, contentType: string): Route | undefined {
  const dot = target.lastIndexOf('.')
  const api = apis.find((each) => each.target === target.slice(0, dot))
  if (api === undefined) return undefined
  const name = target.slice(dot + 1)
  const protocol = contentType.startsWith('application/x-amz-json-1.0') ? json['1.0'] : json['1.1']
  return { api, protocol, name, operation: api.operations.get(name) }
}

function routeCbor(apis: readonly Api[], path: string): Route | undefined {
  const [, target, name = ''] = rpcPath.exec(path) ?? []
  const api = apis.find((each) => each.target === target)
  return api && { api, protocol: rpcV2Cbor, name, operation: api.operations.get(name) }
}

function routeQuery(apis: readonly Api[], name: string, version: string | null): Route | undefined {
  const api = apis.find((each) => each.version === version && each.protocol !== restProtocol)
  if (api === undefined) return undefined
  const protocol = api.protocol === 'aws.protocols#ec2Query' ? ec2Query : awsQuery
  return { api, protocol, name, operation: api.operations.get(name) }
}

function routePath(apis: readonly Api[], request: WireRequest): Route | undefined {
  const rest = apis.filter((api) => api.protocol === restProtocol)
  for (const api of rest) {
    const operation = matchRoute(api, request)
    if (operation !== undefined) return { api, protocol: restXml, name: operation.name, operation }
  }
  const api = rest.find((each) => request.path.startsWith(`/${each.version}/`))
  return api && { api, protocol: restXml, name: `${request.method} ${request.path}`, operation: undefined }
}
