import assert from 'node:assert/strict'
import type { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type DeepLinks,
  askedBy,
  catchEarlyLinks,
  openDeepLinks,
  parseDeepLink,
} from '../../../../electron/shell/deep-links.ts'
import { openElectronStandIn } from '../../../support/electron-stand-in.ts'

test('a link is an https address or a handle behind one of our schemes', () => {
  const good: Readonly<Record<string, string>> = {
    'web+ap://example.org/@ana': 'https://example.org/@ana',
    'web+activitypub://Example.org/users/ana?x=1#y': 'https://example.org/users/ana?x=1#y',
    'WEB+AP://example.org/': 'https://example.org/',
    'homebird:https://example.org/posts/1': 'https://example.org/posts/1',
    'homebird:@ana@example.org': '@ana@example.org',
    'homebird:ana@Example.org': '@ana@example.org',
    'web+ap:%40ana%40example.org': '@ana@example.org',
    'web+ap://@ana@xn--bcher-kva.example/': '@ana@xn--bcher-kva.example',
  }
  for (const [raw, address] of Object.entries(good)) assert.equal(parseDeepLink(raw), address, raw)
})

test('whatever else comes as a link is refused', () => {
  const bad = [
    '',
    'homebird:',
    'homebird:pause',
    'homebird:--pause',
    'web+ap:http://example.org/',
    'web+ap:javascript:alert(1)',
    'web+ap:file:///etc/passwd',
    'web+ap://ana:secret@example.org/',
    'web+ap://example.org:8443/',
    'web+ap://localhost/',
    'web+ap://127.0.0.1/',
    'web+ap://[::1]/',
    'web+ap://2130706433/',
    'web+ap://homebird/settings',
    'web+ap:////example.org/',
    'web+ap:/example.org/',
    'web+ap://example.org/\u202Egnp.exe',
    'web+ap://example.org/a b',
    'web+ap://example.org/\n--pause',
    'https://example.org/@ana',
    'app://homebird/settings',
    'web+apx://example.org/',
    `web+ap://example.org/${'a'.repeat(2_048)}`,
    'web+ap:%E0%A4%A',
    'homebird:@ana@evil.example@example.org',
    'homebird:@ana@example',
  ]
  for (const raw of bad) assert.equal(parseDeepLink(raw), null, JSON.stringify(raw))
})

test('wishes come as arguments and links beside them; the program’s own name is neither', () => {
  assert.deepEqual(askedBy(['homebird', '--new-post', 'web+ap://example.org/a', '--inspect=1']), {
    wishes: ['new_post'],
    links: ['https://example.org/a'],
  })
  assert.deepEqual(askedBy(['web+ap://example.org/a']), { wishes: [], links: [] })
  const many = Array.from({ length: 9 }, (_, at) => `web+ap://example.org/${at}`)
  assert.equal(askedBy(['homebird', ...many]).links.length, 3)
  assert.equal(askedBy(['homebird', ...many.fill('web+ap://example.org/')]).links.length, 1)
})

function openHere(t: TestContext, argv: readonly string[], platform: NodeJS.Platform = 'linux') {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-links-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const electron = openElectronStandIn({ folder, platform })
  const early = catchEarlyLinks(electron.parts)
  const done: unknown[] = []
  const acts = {
    open: () => void done.push('open'),
    command: (command: unknown) => void done.push(command),
    pause: (length: string) => void done.push(`pause ${length}`),
  }
  const begin = (): DeepLinks =>
    openDeepLinks(electron.parts, early, {
      acts,
      argv,
      launch: { path: '/opt/electron', args: ['/opt/homebird'] },
      platform,
      noticed: (message) => assert.fail(message),
    })
  return { electron, done, begin }
}

test('links come by the arguments of this start and of later ones; a later start without any brings the window forward', (t) => {
  const { electron, done, begin } = openHere(t, ['homebird', 'web+ap://example.org/first'])
  const links = begin()
  links.take(['homebird', 'homebird:@ben@example.org'])
  links.take(['homebird'])
  links.take(['homebird', '--pause'])
  links.take(['homebird', '--new-post'])
  links.take(['homebird', 'web+ap:javascript:alert(1)'])
  assert.deepEqual(done, [
    { kind: 'link', address: 'https://example.org/first' },
    { kind: 'link', address: '@ben@example.org' },
    'open',
    'pause hour',
    { kind: 'new_post' },
    'open',
  ])
  assert.deepEqual(
    electron.acts.of('app.setAsDefaultProtocolClient'),
    ['web+activitypub', 'web+ap', 'homebird'].map((protocol) => ({
      protocol,
      path: '/opt/electron',
      args: ['/opt/homebird'],
    })),
  )
})

test('on macOS links come by an event, those from before the start too, until the shell closes', (t) => {
  const { electron, done, begin } = openHere(t, ['homebird'], 'darwin')
  const app = electron.parts.app as unknown as EventEmitter
  const prevented: unknown[] = []
  const event = { preventDefault: () => void prevented.push(1) }
  app.emit('open-url', event, 'web+ap://example.org/early')
  const links = begin()
  app.emit('open-url', event, 'web+ap://example.org/late')
  app.emit('open-url', event, 'homebird:pause')
  links[Symbol.dispose]()
  app.emit('open-url', event, 'web+ap://example.org/after')
  assert.deepEqual(done, [
    { kind: 'link', address: 'https://example.org/early' },
    { kind: 'link', address: 'https://example.org/late' },
    'open',
  ])
  assert.equal(prevented.length, 3)
})
