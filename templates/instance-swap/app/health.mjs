// Waits until the service at URL is healthy and answers VERSION: node health.mjs URL VERSION [SECONDS]
const [url, version, seconds = '15'] = process.argv.slice(2)
const deadline = Date.now() + Number(seconds) * 1000

async function look() {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })
    const body = await response.json()
    if (!response.ok) return `it is not healthy (HTTP ${response.status})`
    // Waiting would not make another release of it.
    if (body.version !== version)
      fail(`it answers version ${JSON.stringify(body.version)}, not ${JSON.stringify(version)}`)
    return undefined
  } catch (error) {
    return `it does not answer: ${error.cause?.code ?? error.message}`
  }
}

function fail(reason) {
  console.error(`the service at ${url} failed its check: ${reason}`)
  process.exit(1)
}

for (;;) {
  const trouble = await look()
  if (trouble === undefined) break
  if (Date.now() > deadline) fail(`${trouble}, after ${seconds} s`)
  await new Promise((resolve) => setTimeout(resolve, 250))
}
console.log(`healthy, version ${version}`)
