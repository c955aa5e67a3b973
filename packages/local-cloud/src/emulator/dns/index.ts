export { type NameServerOptions, openNameServer } from './name-server.ts'
