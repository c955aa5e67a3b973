/** A policy of a load balancer as the store keeps it. */
export interface Policy {
  readonly name: string
  readonly type: string
  readonly attributes: readonly PolicyAttribute[]
}

export interface PolicyAttribute {
  readonly name: string
  readonly value: string
}

export const appCookie = 'AppCookieStickinessPolicyType'
export const balancerCookie = 'LBCookieStickinessPolicyType'
export const sslNegotiation = 'SSLNegotiationPolicyType'
export const proxyProtocol = 'ProxyProtocolPolicyType'
export const publicKey = 'PublicKeyPolicyType'
export const backendAuthentication = 'BackendServerAuthenticationPolicyType'
