/** A site of somebody else, open in the owner's browser: two origins of it, and all that its pages try with the home. */
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const PAGE = '<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>'

export class ForeignSite implements AsyncDisposable {
  readonly #server: Server
  /** What came in, by path: that something leaked is seen here. */
  readonly asked: string[] = []

  constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      this.asked.push(request.url ?? '')
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE)
    })
  }

  /** Another port of the home's own host: the same site, so that its requests carry the cookie. */
  get sameSite(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get crossSite(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

export async function openForeignSite(): Promise<ForeignSite> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new ForeignSite(server)
}

/**
 * Runs in a page elsewhere: tries to read and to change the home by every way that a page has.
 * @returns what it could read, one line each; an empty list is what a test wants
 */
export const attackOn = (home: string): string => `(${ATTACK})(${JSON.stringify(home)})`

const ATTACK = `async (home) => {
  const got = []
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'content-type': 'application/json', 'x-homebird': '1' }
  const text = { 'content-type': 'text/plain' }
  const post = JSON.stringify({ status: 'written by evil' })
  const requests = [
    ['GET', '/api/homebird/v1/state', {}],
    ['GET', '/api/homebird/v1/sessions', {}],
    ['GET', '/api/homebird/v1/preferences', json],
    ['GET', '/api/v1/accounts/verify_credentials', {}],
    ['GET', '/api/v1/timelines/home', {}],
    ['GET', '/api/v1/streaming/user', {}],
    ['GET', '/home', {}],
    ['POST', '/api/v1/statuses', form, 'status=written+by+evil'],
    ['POST', '/api/v1/statuses', text, post],
    ['POST', '/api/v1/statuses', json, post],
    ['POST', '/api/v1/statuses?status=written+by+evil', {}, ''],
    ['POST', '/api/v1/statuses?_method=POST', form, 'status=written+by+evil'],
    ['POST', '/api/homebird/v1/session', form, 'password=guess'],
    ['DELETE', '/api/homebird/v1/session', {}],
    ['POST', '/api/homebird/v1/session?_method=DELETE', form, '_method=DELETE'],
    ['DELETE', '/api/homebird/v1/sessions', json],
    ['PATCH', '/api/homebird/v1/preferences', json, '{"holdSeconds":30}'],
    ['PUT', '/api/homebird/v1/drafts/evil', json, '{"text":"written by evil"}'],
  ]
  for (const [method, path, headers, body] of requests) {
    for (const mode of ['cors', 'no-cors']) {
      try {
        const options = { method, mode, headers, body, credentials: 'include', signal: AbortSignal.timeout(2000) }
        const answer = await fetch(home + path, options)
        if (answer.type !== 'opaque') got.push(method + ' ' + path + ' ' + mode + ' answered ' + answer.status)
      } catch {}
    }
  }
  navigator.sendBeacon(home + '/api/v1/statuses', new URLSearchParams({ status: 'written by evil' }))
  const hidden = document.createElement('iframe')
  hidden.name = 'hidden'
  document.body.append(hidden)
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
    const sent = document.createElement('form')
    Object.assign(sent, { action: home + '/api/v1/statuses', method: 'post', enctype: type, target: 'hidden' })
    const field = document.createElement('input')
    Object.assign(field, { name: 'status', value: 'written by evil' })
    sent.append(field)
    document.body.append(sent)
    const loaded = new Promise((resolve) => hidden.addEventListener('load', resolve, { once: true }))
    sent.submit()
    await loaded
  }
  const ended = (what, good, bad) => new Promise((resolve) => {
    what[good] = (event) => { got.push(what.constructor.name + ' ' + good); resolve() }
    what[bad] = () => resolve()
  })
  for (const path of ['/api/v1/streaming', '/api/v1/streaming?stream=user', '/api/v1/streaming/?stream=user']) {
    const socket = new WebSocket(home.replace('http', 'ws') + path)
    await ended(socket, 'onopen', 'onclose')
    socket.close()
  }
  const events = new EventSource(home + '/api/v1/streaming/user', { withCredentials: true })
  await ended(events, 'onopen', 'onerror')
  events.close()
  for (const path of ['/assets/', '/icons/homebird-192.png', '/api/v1/accounts/verify_credentials']) {
    const image = new Image()
    const done = ended(image, 'onload', 'onerror')
    image.src = home + path
    await done
  }
  for (const path of ['/service-worker.js', '/api/v1/instance', '/manifest.webmanifest']) {
    const script = document.createElement('script')
    const done = ended(script, 'onload', 'onerror')
    script.src = home + path
    document.body.append(script)
    await done
  }
  return got
}`
