#!/usr/bin/env node
// Stands outside of dist, so that package managers can link the command before the first build.
import { main } from '../dist/main.js'

process.exitCode = await main(process.argv.slice(2))
