import { createServer, type RequestListener } from 'node:http'

/** An endpoint on loopback that answers as it is told; the environment points SDK clients at it until it is closed. */
export async function answering(listener: RequestListener): Promise<{
  readonly env: Record<string, string>
  close(): Promise<void>
}> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An answer of AWS's Query protocol. */
export const queryAnswer = (operation: string, result: string): string =>
  `<${operation}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${operation}Response>`

/** A refusal of AWS's Query protocol. */
export const queryError = (code: string, message: string): string =>
  `<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`

/**
 * An endpoint of AWS's Query protocol: what each operation answers, by its name. All others are refused.
 *
 * @returns also what was asked, in the order in which it came
 */
export async function answeringQueries(results: Readonly<Record<string, string>>) {
  const asked: URLSearchParams[] = []
  const server = await answering((request, response) => {
    let body = ''
    request.on('data', (text) => {
      body += text
    })
    request.on('end', () => {
      const query = new URLSearchParams(body)
      asked.push(query)
      const operation = query.get('Action') ?? ''
      const result = results[operation]
      if (result === undefined) response.statusCode = 400
      response.end(result === undefined ? queryError('NoAnswer', operation) : queryAnswer(operation, result))
    })
  })
  return { ...server, asked }
}
