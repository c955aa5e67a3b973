// The sample application: it answers which release it is and on which machine it runs.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { hostname } from 'node:os'

const { version, behaviour } = JSON.parse(readFileSync(new URL('release.json', import.meta.url), 'utf8'))
const instance = process.env.INSTANCE_ID ?? hostname()
let isStopping = false
const healthyFrom = Date.now() + (behaviour === 'slow' ? 4000 : 0)

function isHealthy() {
  return behaviour !== 'broken' && Date.now() >= healthyFrom
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const isShy = behaviour === 'shy' && 'x-forwarded-for' in request.headers
  const service = isShy ? 500 : 200
  const status = pathname === '/health' ? (isHealthy() ? 200 : 503) : pathname === '/' ? service : 404
  if (isStopping) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify({ version, instance, healthy: isHealthy() })}\n`)
})

// A balancer keeps its connections open for a minute: the server must not be the one to close them.
server.keepAliveTimeout = 75_000
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '0.0.0.0')

// A connection that is closed while a request is on its way to it loses that. So whoever keeps one is told to leave it with the
// next answer, and only what nobody uses any more is closed.
const leaveWithin = 3_000

process.on('SIGTERM', () => {
  isStopping = true
  const last = Date.now() + leaveWithin
  const look = setInterval(() => {
    server.getConnections((_error, open) => {
      if (open > 0 && Date.now() < last) return
      clearInterval(look)
      server.close(() => process.exit(0))
      server.closeIdleConnections()
    })
  }, 20)
})
