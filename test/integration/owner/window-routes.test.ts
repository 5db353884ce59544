import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WINDOW_PATHS } from '../../../server/contracts/owner-api.ts'
import { askListener } from '../../support/http-client.ts'
import { openOwnerHome } from '../../support/owner-home.ts'

test('every page of the window is the same document, and unknown ones are none', async () => {
  const home = await openOwnerHome({ hasBundle: true })
  for (const path of WINDOW_PATHS) {
    const answer = await home.ask(path)
    assert.deepEqual([answer.status, answer.headers['cache-control']], [200, 'no-store'], path)
    assert.match(answer.text(), /<title>Homebird/)
  }
  for (const path of ['/nothing', '/home/', '/Home', '/index.html', '/assets/', '/assets/../index.html']) {
    assert.equal((await home.ask(path)).status, 404, path)
  }
})

test('the document may speak to this home and run its own files, and nothing else', async () => {
  const home = await openOwnerHome({ hasBundle: true })
  const { headers } = await home.ask('/')
  const policy = String(headers['content-security-policy'])
  const directives = new Map(
    policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1).join(' ')]),
  )
  assert.equal(directives.get('default-src'), "'none'")
  assert.equal(directives.get('script-src'), "'self'")
  assert.equal(directives.get('style-src'), "'self'")
  assert.equal(directives.get('connect-src'), "'self'")
  assert.equal(directives.get('frame-ancestors'), "'none'")
  assert.equal(directives.get('base-uri'), "'none'")
  assert.equal(directives.get('require-trusted-types-for'), "'script'")
  assert.doesNotMatch(policy, /unsafe|\*|https?:/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['x-frame-options'], 'DENY')
})

test('hashed files are kept for ever', async () => {
  const home = await openOwnerHome({ hasBundle: true })
  const answer = await home.ask('/assets/index-abc.js')
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.match(String(answer.headers['content-type']), /^(?:text|application)\/javascript/)
})

test('worker, manifest and icons stand beside the document, are asked for anew, and are the window’s alone', async () => {
  const home = await openOwnerHome({ hasBundle: true })
  const types = {
    '/service-worker.js': /^text\/javascript/,
    '/manifest.webmanifest': /^application\/manifest\+json/,
    '/icons/homebird-192.png': /^image\/png/,
  }
  for (const [path, type] of Object.entries(types)) {
    const answer = await home.ask(path)
    assert.deepEqual([answer.status, answer.headers['cache-control']], [200, 'no-store'], path)
    assert.match(String(answer.headers['content-type']), type)
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
    const outside = await askListener(home.publicPort, `127.0.0.1:${home.publicPort}`, path)
    assert.ok(outside.status >= 400, `${path} ${outside.status}`)
  }
  assert.equal((await home.ask('/icons/other.png')).status, 404)
})

test('a keeper of passwords finds where to change one, and nowhere for strangers', async () => {
  const home = await openOwnerHome({ hasBundle: true })
  const path = '/.well-known/change-password'
  const answer = await home.ask(path)
  assert.deepEqual([answer.status, answer.headers['location']], [302, '/sign-in'])
  assert.equal((await home.ask('/sign-in')).status, 200)
  assert.equal((await askListener(home.publicPort, `127.0.0.1:${home.publicPort}`, path)).status, 404)
})

test('without a bundle a plain page says how to build it', async () => {
  const home = await openOwnerHome()
  const answer = await home.ask('/home')
  assert.equal(answer.status, 503)
  assert.match(answer.text(), /npm run build:window/)
})

test('nothing of the owner exists on the public listener', async () => {
  const home = await openOwnerHome({ hasBundle: true })
  const host = `127.0.0.1:${home.publicPort}`
  for (const path of ['start', 'state', 'home', 'checks', 'setup', 'session', 'session/key']) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await askListener(home.publicPort, host, `/api/homebird/v1/${path}`, { method })
      assert.equal(answer.status, 404, `${method} ${path}`)
    }
  }
  assert.equal((await askListener(home.publicPort, host, '/home')).status, 404)
})
