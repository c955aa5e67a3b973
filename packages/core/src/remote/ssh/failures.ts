import { formatDuration } from '../../duration.ts'
import { ViridianError } from '../../error.ts'

/** The connection ended before what ran over it. */
export function hostLost(host: string, cause: Error | undefined): ViridianError {
  const why = cause === undefined ? '' : `: ${cause.message}`
  return new ViridianError('E_HOST_LOST', `the connection to ${host} was lost${why}`, {
    hint: 'what ran there is ended by its server as soon as that notices; run the task again',
    place: { host },
    cause,
  })
}

/** The connection stands, and yet what ran over it has not told its end. */
export function sessionClosed(host: string): ViridianError {
  return new ViridianError('E_HOST_LOST', `${host} closed the session of a command that had not ended`, {
    hint: 'see ChannelTimeout in its sshd_config, which closes what says nothing for a while; run the task again',
    place: { host },
  })
}

export function sessionRefused(host: string, cause: Error): ViridianError {
  return new ViridianError('E_HOST_CHANNEL', `${host} refused to run a command: ${cause.message}`, {
    hint: 'see MaxSessions, PermitTTY and ForceCommand in its sshd_config; a server that is not OpenSSH may bear fewer commands at once',
    place: { host },
    cause,
  })
}

/** The connection stands, and the host does not say whether it runs a command. */
export function sessionUnanswered(host: string, patience: number): ViridianError {
  const what = `${host} has not answered within ${formatDuration(patience)} whether it runs a command`
  return new ViridianError('E_HOST_CHANNEL', what, {
    hint: 'see whether it is overloaded, or its sshd hangs; a longer connectTimeout gives it more time',
    place: { host },
  })
}

export function targetUnreached(host: string, target: string, cause: Error): ViridianError {
  return new ViridianError('E_HOST_FORWARD', `${host} cannot reach ${target}: ${cause.message}`, {
    hint: `check that something listens there, and AllowTcpForwarding in the sshd_config of ${host}`,
    place: { host },
    cause,
  })
}

export function noListener(host: string, target: string, cause: unknown): ViridianError {
  return new ViridianError('E_HOST_FORWARD', `${host} does not listen on ${target} for us`, {
    hint: `check that the port is free there, and AllowTcpForwarding and GatewayPorts in the sshd_config of ${host}`,
    place: { host },
    cause,
  })
}

export function shellLeft(host: string): ViridianError {
  return new ViridianError('E_SHELL_LEFT', `the shell on ${host} was left by ~.`, {
    hint: 'what ran in it is hung up',
    place: { host },
  })
}

export function hungUp(host: string): ViridianError {
  return new ViridianError('E_SHELL_LEFT', `the terminal hung up on the shell of ${host}`, {
    hint: 'what ran in it is hung up too',
    place: { host },
  })
}
