/** All that Linux has mounted, a line each. */
export const mountTable = '/proc/self/mounts'
