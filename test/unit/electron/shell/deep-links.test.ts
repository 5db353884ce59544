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
import type { HomeStage } from '../../../../electron/home/kept-home.ts'
import { openShellStore } from '../../../../electron/shell/shell-store.ts'
import { argumentsOfNext } from '../../../../electron/shell/start-again.ts'
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

interface Scene {
  readonly platform?: NodeJS.Platform
  readonly stage?: HomeStage['kind']
}

const LAUNCH = { path: '/opt/electron', args: ['/opt/homebird'] }

function openHere(
  t: TestContext,
  argv: readonly string[],
  { platform = 'linux', stage: first = 'running' }: Scene = {},
) {
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
  const stageOf = (kind: HomeStage['kind']): HomeStage => ({ kind }) as unknown as HomeStage
  const listeners = new Set<(stage: HomeStage) => void>()
  const home = {
    stage: stageOf(first),
    onStage(tell: (stage: HomeStage) => void) {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
  }
  const enters = (kind: HomeStage['kind']): void => {
    home.stage = stageOf(kind)
    for (const tell of listeners) tell(home.stage)
  }
  const store = openShellStore(join(folder, 'shell.json'))
  const begin = (launch = LAUNCH): DeepLinks =>
    openDeepLinks(electron.parts, early, {
      acts,
      home,
      store,
      argv,
      launch,
      platform,
      noticed: (message) => assert.fail(message),
    })
  return { electron, done, begin, enters }
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
  const { electron, done, begin } = openHere(t, ['homebird'], { platform: 'darwin' })
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

test('what a start was asked for waits until the home runs; how the start goes is shown, but not for a pause', (t) => {
  const { done, begin, enters } = openHere(t, ['homebird', '--pause'], { stage: 'stopped' })
  const links = begin()
  enters('starting')
  assert.deepEqual(done, [])
  links.take(['homebird', '--pause'])
  links.take(['homebird', '--new-post', 'web+ap://example.org/a'])
  assert.deepEqual(done, ['open'])
  enters('failed')
  links.take(['homebird', '--pause'])
  assert.deepEqual(done, ['open', 'open'])
  enters('starting')
  enters('running')
  const obeyed = ['pause hour', { kind: 'new_post' }, { kind: 'link', address: 'https://example.org/a' }]
  assert.deepEqual(done.slice(2), obeyed)
  enters('stopped')
  enters('running')
  assert.equal(done.length, 5)
  links[Symbol.dispose]()
})

test('a first start that was asked for a link opens no page before there is a home', (t) => {
  const { done, begin, enters } = openHere(t, ['homebird', 'web+ap://example.org/a'], { stage: 'stopped' })
  begin()
  assert.deepEqual(done, ['open'])
  enters('running')
  assert.deepEqual(done.at(-1), { kind: 'link', address: 'https://example.org/a' })
})

test('the schemes are taken once, and not back from a program that the person chose since', (t) => {
  const { electron, begin } = openHere(t, ['homebird'])
  const taken = (): number => electron.acts.of('app.setAsDefaultProtocolClient').length
  begin()
  assert.equal(taken(), 3)
  electron.parts.app.removeAsDefaultProtocolClient('web+ap')
  begin()
  assert.equal(taken(), 3)
  begin({ path: '/opt/newer/electron', args: ['/opt/homebird'] })
  assert.equal(taken(), 4)
})

test('a restart asks for nothing again and opens the window; what else the program was started with stays', () => {
  const once = ['--hidden', '--new-post', '--open', '--pause', 'web+ap://example.org/a', 'HOMEBIRD:broken']
  const argv = ['/opt/electron', '/opt/homebird', '--ozone-platform=wayland', ...once]
  assert.deepEqual(argumentsOfNext(argv), ['/opt/homebird', '--ozone-platform=wayland'])
})
