/**
 * Visitors who come all at once, of whose crowd whoever they come to feels nothing else: `visitors.ts SOCKET HOST PATH HOW-MANY`.
 * Says which answers they got, in JSON.
 */
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const [socketPath = '', host = '', path = '', count = '0'] = process.argv.slice(2)

async function visit(): Promise<number> {
  for (;;) {
    const request = httpRequest({ socketPath, path, headers: { host }, agent: false })
    request.end()
    try {
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      answer.resume()
      await once(answer, 'end')
      return answer.statusCode ?? 0
    } catch (error) {
      // Who stands before a full door of this kind is sent away instead of waiting.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      await delay(10)
    }
  }
}

const statuses = await Promise.all(Array.from({ length: Number(count) }, visit))
process.stdout.write(`${JSON.stringify([...new Set(statuses)])}\n`)
