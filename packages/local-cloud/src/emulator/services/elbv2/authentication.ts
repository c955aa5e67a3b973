import type {
  AuthenticateCognitoActionConfig,
  AuthenticateOidcActionConfig,
  JwtValidationActionConfig,
  Action as WireAction,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { oneOf, required, validationError, within } from '../constraint.ts'

/** The actions that ask who a client is, before another one says what becomes of its request. */
export const authentications = ['authenticate-oidc', 'authenticate-cognito', 'jwt-validation'] as const

export type Authentication = (typeof authentications)[number]

/** Reads such an action from a request, as AWS describes it: its client secret is nobody's to read. */
export function readAuthentication(
  wire: WireAction,
  type: Authentication,
  present: readonly WireAction[],
): WireAction {
  switch (type) {
    case 'authenticate-oidc':
      return {
        Type: type,
        AuthenticateOidcConfig: readOidc(
          required(wire.AuthenticateOidcConfig, 'authenticateOidcConfig'),
          present.some(({ Type }) => Type === type),
        ),
      }
    case 'authenticate-cognito':
      return {
        Type: type,
        AuthenticateCognitoConfig: readCognito(
          required(wire.AuthenticateCognitoConfig, 'authenticateCognitoConfig'),
        ),
      }
    case 'jwt-validation':
      return {
        Type: type,
        JwtValidationConfig: readJwt(required(wire.JwtValidationConfig, 'jwtValidationConfig')),
      }
  }
}

function readOidc(config: AuthenticateOidcActionConfig, hasSecret: boolean): AuthenticateOidcActionConfig {
  const { ClientSecret, UseExistingClientSecret, ...rest } = config
  if (ClientSecret === undefined && !(UseExistingClientSecret === true && hasSecret))
    throw validationError('A client secret must be specified')
  if (ClientSecret !== undefined && UseExistingClientSecret === true)
    throw validationError('A client secret cannot be specified when the existing one is to be used')
  return {
    ...rest,
    Issuer: required(rest.Issuer, 'issuer'),
    AuthorizationEndpoint: required(rest.AuthorizationEndpoint, 'authorizationEndpoint'),
    TokenEndpoint: required(rest.TokenEndpoint, 'tokenEndpoint'),
    UserInfoEndpoint: required(rest.UserInfoEndpoint, 'userInfoEndpoint'),
    ClientId: required(rest.ClientId, 'clientId'),
    ...readSession(rest),
  }
}

function readCognito(config: AuthenticateCognitoActionConfig): AuthenticateCognitoActionConfig {
  return {
    ...config,
    UserPoolArn: required(config.UserPoolArn, 'userPoolArn'),
    UserPoolClientId: required(config.UserPoolClientId, 'userPoolClientId'),
    UserPoolDomain: required(config.UserPoolDomain, 'userPoolDomain'),
    ...readSession(config),
  }
}

/** What both have, with AWS's defaults. */
function readSession({
  SessionCookieName = 'AWSELBAuthSessionCookie',
  Scope = 'openid',
  SessionTimeout = 604_800,
  OnUnauthenticatedRequest = 'authenticate',
  AuthenticationRequestExtraParams: extra = {},
}: AuthenticateOidcActionConfig | AuthenticateCognitoActionConfig) {
  if (Object.keys(extra).length > 10)
    throw validationError('No more than 10 extra parameters can be specified for an authentication request')
  return {
    SessionCookieName,
    Scope,
    SessionTimeout: within(SessionTimeout, 'sessionTimeout', 1, 604_800),
    AuthenticationRequestExtraParams: extra,
    OnUnauthenticatedRequest: oneOf(OnUnauthenticatedRequest, 'onUnauthenticatedRequest', [
      'deny',
      'allow',
      'authenticate',
    ]),
  }
}

function readJwt(config: JwtValidationActionConfig): JwtValidationActionConfig {
  return {
    ...config,
    JwksEndpoint: required(config.JwksEndpoint, 'jwksEndpoint'),
    Issuer: required(config.Issuer, 'issuer'),
  }
}
