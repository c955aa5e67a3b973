import { createRequire } from 'node:module'

// Required, not imported: `import` of a CommonJS package compiles each file once more, to find out what it exports.
const require = createRequire(import.meta.url)

export const ssh2: typeof import('ssh2') = require('ssh2')

export const { NodeSSH }: typeof import('node-ssh') = require('node-ssh')
