/** On a balancer's own error: the target in service that the request was for, whose machine has died. Not AWS's, ours. */
export const diedHeader = 'x-viridian-died'
