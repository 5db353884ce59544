import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, type RequestListener, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, suite, test } from 'node:test'
import { createAppHandler, openAppProtocol } from '../../../electron/protocol/app-protocol.ts'
import { askHome } from '../../../electron/protocol/private-line.ts'
import { windowPolicy } from '../../../server/contracts/window-bundle.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'
import { type AskInit, appRequest } from '../../support/shell-request.ts'

interface Desk {
  readonly ask: (path: string, init?: AskInit) => Promise<Response>
  readonly folder: string
}

/** The handler before a listener that answers as the test says; without one, before a home that is away. */
async function openDesk(t: TestContext, listener?: RequestListener): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-app-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 's.sock')
  const windowDir = join(folder, 'window')
  const startDir = join(folder, 'start')
  await mkdir(join(windowDir, 'assets'), { recursive: true })
  await mkdir(startDir)
  await writeFile(join(folder, 'secret.json'), '{}')
  await writeFile(join(windowDir, 'index.html'), 'the window')
  await writeFile(join(windowDir, 'package.json'), '{}')
  await writeFile(join(windowDir, 'assets', 'index-abc.js'), 'export {}')
  await writeFile(join(windowDir, 'assets', 'odd.exe'), 'MZ')
  await symlink(join(folder, 'secret.json'), join(windowDir, 'assets', 'link.json'))
  await writeFile(join(startDir, 'index.html'), 'starting')
  await writeFile(join(startDir, 'start.js'), 'export {}')
  if (listener !== undefined) {
    const server = createServer(listener).listen(path)
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
  }
  const session = {
    ask: async (asked: Parameters<typeof askHome>[1]) => askHome({ kind: 'socket', path }, asked),
  }
  const answer = createAppHandler({ session, windowDir, startDir, mediaOrigin: () => 'https://cdn.example' })
  return { folder, ask: async (address, init) => answer(appRequest(address, init)) }
}

suite('the window from disk', () => {
  test('every page of the window is its document, with the policy that the private listener gives', async (t) => {
    const { ask } = await openDesk(t)
    for (const path of ['/', '/home', '/posts/12', '/tags/%C3%A9t%C3%A9', '/settings/privacy?from=menu']) {
      const answer = await ask(path, { from: null })
      assert.equal(answer.status, 200, path)
      assert.equal(await answer.text(), 'the window')
      assert.equal(answer.headers.get('content-security-policy'), windowPolicy('https://cdn.example'))
      assert.equal(answer.headers.get('cache-control'), 'no-cache')
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin')
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    }
  })

  test('hashed files are kept for ever and not sent twice', async (t) => {
    const { ask } = await openDesk(t)
    const first = await ask('/assets/index-abc.js')
    assert.equal(first.headers.get('content-type'), 'text/javascript; charset=utf-8')
    assert.equal(first.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    const etag = first.headers.get('etag') ?? ''
    const second = await ask('/assets/index-abc.js', { headers: { 'if-none-match': `W/${etag}` } })
    assert.equal(second.status, 304)
    const head = await ask('/assets/index-abc.js', { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), '9')
    assert.equal(await head.text(), '')
  })

  test('nothing but the files of the bundle is found, by any spelling', async (t) => {
    const { ask } = await openDesk(t)
    const paths = [
      '/index.html',
      '/package.json',
      '/assets/',
      '/assets/odd.exe',
      '/assets/link.json',
      '/assets/../package.json',
      '/assets/..%2fpackage.json',
      '/assets/%2e%2e/%2e%2e/secret.json',
      '/assets/..%5c..%5csecret.json',
      '/assets/..\\..\\secret.json',
      '/assets//index-abc.js',
      '//assets/index-abc.js',
      '/assets/index-abc.js%00',
      '/assets/index-abc.js/',
      '/ASSETS/index-abc.js',
      '/%61ssets/index-abc.js',
      '/..//secret.json',
      '/constructor',
      '/posts/',
      '/posts/1/2/3',
    ]
    for (const path of paths) assert.equal((await ask(path, { from: null })).status, 404, path)
  })

  test('other hosts, names before the host and ports are nobody', async (t) => {
    const { ask } = await openDesk(t)
    const addresses = [
      'app://evil/',
      'app://homebird.evil/',
      'app://homebird:80/',
      'app://HOMEBIRD/',
      'app:///homebird/',
      'https://homebird/',
    ]
    for (const address of addresses) assert.equal((await ask(address, { from: null })).status, 404, address)
  })

  test('the start-up window has files and a policy of its own, and nothing of the home', async (t) => {
    const { ask } = await openDesk(t, (_request, response) => response.end('the home'))
    const page = await ask('app://start/', { from: null })
    assert.equal(await page.text(), 'starting')
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self'/)
    assert.equal((await ask('app://start/start.js', { from: 'app://start' })).status, 200)
    assert.equal((await ask('app://start/api/v1/instance', { from: 'app://start' })).status, 404)
    assert.equal((await ask('/api/v1/instance', { from: 'app://start' })).status, 403)
  })

  test('a window that is not there says what to do', async (t) => {
    const { ask, folder } = await openDesk(t)
    await rm(join(folder, 'window'), { recursive: true })
    const answer = await ask('/home', { from: null })
    assert.equal(answer.status, 503)
    assert.match(await answer.text(), /npm run build:window/)
    assert.equal((await ask('/home', { method: 'POST', headers: { 'x-homebird': '1' } })).status, 404)
  })
})

suite('what the window asks of the home', () => {
  test('another origin, an opaque one and a form get nothing, and the home hears nothing of them', async (t) => {
    const heard: string[] = []
    const { ask } = await openDesk(t, (request, response) => {
      heard.push(`${request.method} ${request.url}`)
      response.end('{}')
    })
    for (const from of [
      'https://evil.example',
      'null',
      '',
      'app://evil',
      'app://homebird.evil',
      'app://start',
    ]) {
      assert.equal((await ask('/api/v1/timelines/home', { from })).status, 403, from)
    }
    // Only the shell itself asks without an origin, and changes nothing.
    assert.equal((await ask('/api/v1/statuses', { from: null, method: 'POST', body: 'x' })).status, 403)
    assert.equal((await ask('/api/v1/statuses', { method: 'POST', body: 'status=hello' })).status, 403)
    assert.equal((await ask('/api/v1/statuses', { method: 'OPTIONS' })).status, 404)
    assert.deepEqual(heard, [])
    assert.equal((await ask('/media/ab/cd.png', { from: null })).status, 200)
    assert.deepEqual(heard, ['GET /media/ab/cd.png'])
  })

  test('headers pass by list, cookies and tokens of script do not, and cookies of the home stay here', async (t) => {
    let heard: IncomingHttpHeaders = {}
    const { ask } = await openDesk(t, (request, response) => {
      heard = request.headers
      response.writeHead(200, {
        'content-type': 'application/json',
        'set-cookie': ['homebird=secret; HttpOnly', 'other=1'],
        'access-control-allow-origin': '*',
        link: '</api/v1/x>; rel="next"',
        'clear-site-data': '"*"',
      })
      response.end('{}')
    })
    const answer = await ask('/api/v1/timelines/home?limit=2', {
      headers: {
        accept: 'application/json',
        'x-homebird': '1',
        'x-homebird-identity': '7',
        cookie: 'homebird=forged',
        authorization: 'Bearer forged',
        origin: 'https://evil.example',
        'x-forwarded-for': '1.2.3.4',
      },
    })
    assert.equal(heard.cookie, undefined)
    assert.equal(heard.authorization, undefined)
    assert.equal(heard.origin, undefined)
    assert.equal(heard['x-forwarded-for'], undefined)
    assert.equal(heard['x-homebird-identity'], '7')
    assert.equal(heard.host, 'homebird')
    assert.deepEqual(answer.headers.getSetCookie(), [])
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
    assert.equal(answer.headers.get('clear-site-data'), null)
    assert.equal(answer.headers.get('link'), '</api/v1/x>; rel="next"')
    assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/)
  })

  test('an upload is sent on as it comes, and an answer as well', async (t) => {
    const pieces: string[] = []
    const { ask } = await openDesk(t, (request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      request.on('data', (piece: Buffer) => {
        pieces.push(piece.toString())
        response.write(`got ${piece.toString()}`)
      })
      request.on('end', () => response.end())
    })
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const answering = ask('/api/v2/media', {
      method: 'POST',
      body: readable,
      duplex: 'half',
      headers: { 'x-homebird': '1', 'content-type': 'application/octet-stream' },
    })
    await writer.write(Buffer.from('one'))
    const reader = (await answering).body?.getReader()
    const first = await reader?.read()
    assert.equal(Buffer.from(first?.value ?? []).toString(), 'got one')
    await writer.write(Buffer.from('two'))
    const second = await reader?.read()
    assert.equal(Buffer.from(second?.value ?? []).toString(), 'got two')
    await writer.close()
    assert.equal((await reader?.read())?.done, true)
    assert.deepEqual(pieces, ['one', 'two'])
  })

  test('parts of a film pass as such', async (t) => {
    const { ask } = await openDesk(t, (request, response) => {
      assert.equal(request.headers.range, 'bytes=2-3')
      response.writeHead(206, { 'content-range': 'bytes 2-3/10', 'content-type': 'video/mp4' })
      response.end('cd')
    })
    const answer = await ask('/media/ab/film.mp4', { headers: { range: 'bytes=2-3' } })
    assert.equal(answer.status, 206)
    assert.equal(answer.headers.get('content-range'), 'bytes 2-3/10')
    assert.equal(await answer.text(), 'cd')
  })

  test('a page that lets go lets the home go, before the answer and within it', async (t) => {
    const closed = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    const { ask } = await openDesk(t, (request, response) => {
      if (request.url === '/api/late') {
        arrived.resolve()
        response.once('close', () => left.resolve())
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(':\n\n')
      response.once('close', () => closed.resolve())
    })
    const stream = await ask('/api/v1/streaming/user')
    const reader = stream.body?.getReader()
    assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), ':\n\n')
    await reader?.cancel()
    await closed.promise
    const stop = new AbortController()
    const late = ask('/api/late', { signal: stop.signal })
    late.catch(() => undefined)
    await arrived.promise
    stop.abort()
    await assert.rejects(late)
    await left.promise
  })

  test('a home that breaks off breaks the answer off', async (t) => {
    const { ask } = await openDesk(t, (request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setImmediate(() => request.socket.destroy())
    })
    const answer = await ask('/api/v1/instance')
    await assert.rejects(answer.text())
  })

  test('a home that is away is a sentence in the shape of its own errors; a place elsewhere is not followed', async (t) => {
    const away = await openDesk(t)
    const answer = await away.ask('/api/v1/instance')
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '5')
    assert.match(((await answer.json()) as { error: string }).error, /not running/)
    const moved = await openDesk(t, (_request, response) => {
      response.writeHead(302, { location: 'https://evil.example/' })
      response.end()
    })
    const refused = await moved.ask('/media/ab/x.png')
    assert.equal(refused.status, 502)
    assert.equal(refused.headers.get('location'), null)
  })

  test('an answer that comes before the upload ends is the answer', async (t) => {
    const { ask } = await openDesk(t, (_request, response) => {
      response.writeHead(413, { 'content-type': 'application/json', connection: 'close' })
      response.end('{"error":"too large"}')
    })
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    })
    const answer = await ask('/api/v2/media', {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'x-homebird': '1' },
    })
    assert.equal(answer.status, 413)
    assert.equal(await text(answer.body as never), '{"error":"too large"}')
  })
})

suite('quitting', () => {
  test('what a page asks for as it is left reaches the home before the scheme is gone', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'hb-app-'))
    t.after(async () => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 's.sock')
    const heard = Promise.withResolvers<() => void>()
    const server = createServer((_request, response) => heard.resolve(() => response.end())).listen(path)
    t.after(() => server.close())
    const standIn = openElectronStandIn({ folder })
    standIn.begin()
    const { parts, session } = standIn
    const room = openAppProtocol(parts, {
      session: { ask: async (asked) => askHome({ kind: 'socket', path }, asked) },
      windowDir: folder,
      startDir: folder,
      mediaOrigin: () => null,
    })
    const steps: string[] = []
    const closing = room[Symbol.asyncDispose]().then(() => steps.push('closed'))
    const asked = session.protocol.load(
      appRequest('/api/v1/statuses/1', { method: 'DELETE', headers: { 'x-homebird': '1' } }),
    )
    const answer = await heard.promise
    steps.push('heard')
    answer()
    assert.equal((await asked).status, 200)
    await closing
    assert.deepEqual(steps, ['heard', 'closed'])
  })
})
