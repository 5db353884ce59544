import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { suite, test } from 'node:test'
import {
  isWindowPath,
  pageAddress,
  parseAppAddress,
  placeOf,
} from '../../../electron/protocol/app-address.ts'
import { externalLinkOf, openExternalLinks } from '../../../electron/windows/external-links.ts'
import { openNavigationPolicy, verdictOn } from '../../../electron/windows/navigation-policy.ts'
import {
  mayFetch,
  mayHave,
  maySave,
  openPermissionPolicy,
  savedName,
} from '../../../electron/windows/permission-policy.ts'
import { plainTitle } from '../../../electron/windows/window-factory.ts'
import { ContentsDouble, EventDouble, LinkDesk, SessionDouble } from '../../support/electron-doubles.ts'

const DEVIOUS = [
  'app://evil/',
  'app://homebird.evil/home',
  'app://homebird@evil/home',
  'app://a:b@homebird/home',
  'app://homebird:81/home',
  'app:homebird/home',
  'app:/homebird/home',
  'apps://homebird/home',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,<script>1</script>',
  'blob:app://homebird/0b1c',
  'about:blank',
  'view-source:app://homebird/home',
  'chrome://settings',
  'devtools://devtools/bundled/inspector.html',
  'ms-msdt:/id',
  'smb://evil/share',
  'ftp://evil/',
  '',
  'home',
  `app://homebird/home?${'x'.repeat(9_000)}`,
]

suite('addresses of the shell', () => {
  test('only plain addresses of the two places are ours', () => {
    assert.equal(placeOf('app://homebird'), 'homebird')
    assert.equal(placeOf('app://homebird/posts/1?x#y'), 'homebird')
    assert.equal(placeOf('app://start/'), 'start')
    for (const address of DEVIOUS) assert.equal(parseAppAddress(address), null, address)
  })

  test('pages are those of the plan', () => {
    for (const path of ['/', '/home', '/posts/1/boosts', '/settings/x'])
      assert.equal(isWindowPath(path), true, path)
    for (const path of ['/home/', '/posts//boosts', '/api/v1', '/x', '', '/posts/1/boosts/2']) {
      assert.equal(isWindowPath(path), false, path)
    }
    assert.equal(pageAddress('/search?q=birds'), 'app://homebird/search?q=birds')
    for (const path of ['//evil/home', 'home', 'https://evil/', '/../api/v1/x', '@evil/home']) {
      assert.equal(pageAddress(path), null, path)
    }
  })
})

suite('where a window may go', () => {
  test('the main window: pages of the home; files are saved, links go out, all else stops', () => {
    assert.equal(verdictOn('main', 'app://homebird/notifications').act, 'go')
    assert.equal(verdictOn('main', 'app://homebird/media/ab/cd.png').act, 'save')
    assert.equal(verdictOn('main', 'https://example.org/a').act, 'outside')
    assert.equal(verdictOn('main', 'app://homebird/api/v1/accounts/1').act, 'stop')
    assert.equal(verdictOn('main', 'app://homebird/assets/x.js').act, 'stop')
    assert.equal(verdictOn('main', 'app://start/').act, 'stop')
    for (const address of DEVIOUS) assert.equal(verdictOn('main', address).act, 'stop', address)
  })

  test('the start-up window stays where it is; contents of nobody go nowhere', () => {
    assert.equal(verdictOn('start', 'app://start/').act, 'go')
    for (const address of ['app://homebird/home', 'https://example.org/', ...DEVIOUS]) {
      assert.equal(verdictOn('start', address).act, 'stop', address)
      assert.equal(verdictOn(null, address).act, 'stop', address)
    }
    assert.equal(verdictOn(null, 'app://homebird/home').act, 'stop')
  })

  test('one handler stands before every contents that is made', () => {
    const desk = openDesk('main')
    const going = (url: string, isMainFrame = true): EventDouble => new EventDouble(url, isMainFrame)
    const names = ['will-navigate', 'will-redirect'] as const
    for (const name of names) {
      assert.equal(desk.contents.fire(name, going('app://homebird/home')).isStopped, false)
      assert.equal(desk.contents.fire(name, going('app://evil/')).isStopped, true)
    }
    assert.equal(desk.contents.fire('will-navigate', going('https://example.org/')).isStopped, true)
    assert.deepEqual(desk.outside, ['https://example.org/'])
    assert.equal(desk.contents.fire('will-redirect', going('https://example.org/')).isStopped, true)
    assert.equal(desk.outside.length, 1)
    assert.equal(
      desk.contents.fire('will-frame-navigate', going('app://homebird/home', false)).isStopped,
      true,
    )
    assert.equal(desk.contents.fire('will-frame-navigate', going('app://homebird/home')).isStopped, false)
    assert.equal(desk.contents.fire('will-attach-webview', going('')).isStopped, true)
    assert.equal(desk.contents.fire('will-prevent-unload', going('')).isStopped, true)
    const chosen: string[] = []
    desk.contents.fire('select-bluetooth-device', going(''), [], (id: string) => chosen.push(id))
    assert.deepEqual(chosen, [''])
  })

  test('no window opens by itself: pages in one of ours, links outside, files to disk', () => {
    const desk = openDesk('main')
    for (const url of [
      'app://homebird/posts/3',
      'https://example.org/b',
      'app://homebird/media/a/b.png',
      'app://evil/',
    ]) {
      assert.deepEqual(desk.contents.openHandler({ url }), { action: 'deny' })
    }
    assert.deepEqual(desk.pages, ['app://homebird/posts/3'])
    assert.deepEqual(desk.outside, ['https://example.org/b'])
    assert.deepEqual(desk.contents.downloads, ['app://homebird/media/a/b.png'])
  })

  test('certificates, proofs and passwords that others ask for are refused', () => {
    const { app } = openDesk('main')
    const answers: unknown[] = []
    const answer = (...given: unknown[]): number => answers.push(given)
    app.emit('certificate-error', new EventDouble(''), {}, 'https://x', 'ERR', {}, answer)
    app.emit('select-client-certificate', new EventDouble(''), {}, 'https://x', [{}], answer)
    app.emit('login', new EventDouble(''), {}, {}, {}, answer)
    assert.deepEqual(answers, [[false], [], []])
  })
})

suite('what a page may have', () => {
  test('the clipboard to write to and the whole screen, for the page of the main window alone', () => {
    const asking = { role: 'main', from: 'app://homebird/', isMainFrame: true } as const
    assert.equal(mayHave({ ...asking, permission: 'fullscreen' }), true)
    assert.equal(mayHave({ ...asking, permission: 'clipboard-sanitized-write' }), true)
    const refused = [
      'media',
      'hid',
      'usb',
      'serial',
      'notifications',
      'geolocation',
      'openExternal',
      'clipboard-read',
      'unknown',
    ]
    for (const permission of refused) assert.equal(mayHave({ ...asking, permission }), false, permission)
    assert.equal(mayHave({ ...asking, permission: 'fullscreen', role: 'start' }), false)
    assert.equal(mayHave({ ...asking, permission: 'fullscreen', role: null }), false)
    assert.equal(mayHave({ ...asking, permission: 'fullscreen', isMainFrame: false }), false)
    for (const from of DEVIOUS)
      assert.equal(mayHave({ ...asking, permission: 'fullscreen', from }), false, from)
  })

  test('nothing is fetched from elsewhere but pictures of the host that own media were moved to', () => {
    const cdn = 'https://cdn.example'
    assert.equal(mayFetch('app://homebird/api/v1/x', 'xhr', null), true)
    assert.equal(mayFetch('blob:app://homebird/1', 'image', null), true)
    assert.equal(mayFetch('https://cdn.example/a.png', 'image', cdn), true)
    assert.equal(mayFetch('https://cdn.example/a.js', 'script', cdn), false)
    assert.equal(mayFetch('https://cdn.example.evil/a.png', 'image', cdn), false)
    assert.equal(mayFetch('https://cdn.example/a.png', 'image', null), false)
    assert.equal(mayFetch('data:text/html,x', 'subFrame', null), false)
    for (const address of [
      'http://127.0.0.1:4181/',
      'ws://x/',
      'file:///etc/passwd',
      'app://evil/x',
      'blob:https://x/1',
      '',
    ]) {
      assert.equal(mayFetch(address, 'xhr', cdn), false, address)
    }
  })

  test("only what is the home's is saved, under a name that shows what it is", () => {
    assert.equal(maySave('blob:app://homebird/1'), true)
    assert.equal(maySave('app://homebird/media/a/b.png'), true)
    for (const address of [
      'https://x/a.exe',
      'blob:https://x/1',
      'data:text/plain,x',
      'app://start/x',
      'app://homebird/home',
    ]) {
      assert.equal(maySave(address), false, address)
    }
    assert.equal(savedName('../../.bashrc'), '_.._.bashrc')
    assert.equal(savedName('photo\u202Egnp.exe'), 'photognp.exe')
    assert.equal(savedName(`${'a'.repeat(400)}.png`).length, 200)
    assert.match(savedName(`${'a'.repeat(400)}.png`), /\.png$/)
    assert.equal(savedName(' .. '), 'homebird')
  })

  test('every session answers no to devices, pairings and files, and saves nothing of others', () => {
    const ours = new SessionDouble()
    const app = new EventEmitter()
    openPermissionPolicy({ app, session: { defaultSession: ours } } as never, {
      roleOf: () => 'main',
      mediaOrigin: () => null,
      noticed: () => undefined,
    })
    const later = new SessionDouble()
    app.emit('session-created', later)
    for (const session of [ours, later]) {
      assert.equal(session.device({ deviceType: 'usb' }), false)
      assert.deepEqual(session.protectedClasses({ protectedClasses: ['hid', 'audio'] }), ['hid', 'audio'])
      assert.equal(session.check({ id: 1 }, 'fullscreen', 'app://homebird/', { isMainFrame: true }), true)
      assert.equal(session.check(null, 'fullscreen', 'app://homebird/', { isMainFrame: true }), false)
      assert.equal(session.ask('media', 'app://homebird/'), false)
      assert.equal(session.ask('fullscreen', 'app://homebird/'), true)
      assert.equal(session.ask('fullscreen', 'https://evil/'), false)
      assert.deepEqual(session.choose('select-hid-device', {}), [null])
      assert.deepEqual(session.choose('select-usb-device', {}), [])
      assert.deepEqual(session.choose('select-serial-port', [], {}), [''])
      assert.deepEqual(session.choose('file-system-access-restricted', {}), ['deny'])
      assert.equal(session.download('https://evil/x.exe', ['https://evil/x.exe']).isStopped, true)
      // It began at home and was led elsewhere.
      assert.equal(
        session.download('app://homebird/media/a', ['app://homebird/media/a', 'https://evil/']).isStopped,
        true,
      )
      assert.equal(session.download('blob:app://homebird/1', ['blob:app://homebird/1']).isStopped, false)
    }
    assert.equal(ours.fetches('https://evil/x.js', 'script'), false)
    assert.equal(ours.fetches('app://homebird/assets/x.js', 'script'), true)
  })
})

suite('the way to the browser', () => {
  test('what the parser makes of a link decides', () => {
    assert.deepEqual(externalLinkOf('HTTPS://Example.org/a'), { kind: 'page', href: 'https://example.org/a' })
    assert.equal(externalLinkOf('http://example.org/').kind, 'plain')
    assert.deepEqual(externalLinkOf('mailto:ana@example.org?subject=x&attach=/etc/passwd'), {
      kind: 'mail',
      href: 'mailto:ana@example.org',
      to: 'ana@example.org',
    })
    const refused = [
      'https://paypal.com@evil/',
      'https://me:secret@example.org/',
      'mailto:a@b,c@d',
      'mailto:%0aX@b',
      'mailto:',
      `https://example.org/${'x'.repeat(3_000)}`,
      'app://homebird/',
      ...DEVIOUS,
    ]
    for (const address of refused) assert.equal(externalLinkOf(address).kind, 'refused', address)
  })

  test('pages open, mail and plain pages after a question, and no page opens without end', async () => {
    const desk = new LinkDesk()
    const links = openExternalLinks(
      desk.parts,
      { words: (id) => id, noticed: (text) => desk.notices.push(text) },
      () => 0,
    )
    await links.open('https://example.org/')
    await links.open('mailto:ana@example.org')
    await links.open('http://example.org/')
    await links.open('smb://evil/')
    assert.deepEqual(desk.opened, ['https://example.org/'])
    assert.deepEqual(desk.questions, ['ana@example.org', 'http://example.org/'])
    desk.answer = 0
    await links.open('mailto:ana@example.org')
    await links.open('http://example.org/')
    assert.deepEqual(desk.opened, ['https://example.org/', 'mailto:ana@example.org'])
    assert.deepEqual(desk.copied, ['http://example.org/'])
    for (let time = 0; time < 30; time += 1) await links.open(`https://example.org/${time}`)
    assert.equal(desk.opened.length, 10)
    const before = desk.questions.length
    await Promise.all([links.open('http://a.example/'), links.open('http://b.example/')])
    assert.equal(desk.questions.length, before + 1)
  })

  test('a system that opens nothing is told to the journal', async () => {
    const desk = new LinkDesk()
    desk.fault = new Error('no program for it')
    const links = openExternalLinks(desk.parts, {
      words: (id) => id,
      noticed: (text) => desk.notices.push(text),
    })
    await links.open('https://example.org/')
    assert.match(desk.notices.join(), /no program for it/)
  })
})

test('titles are plain and short', () => {
  assert.equal(plainTitle('Ana\u202E\n\u0007 writes'), 'Ana writes')
  assert.equal(plainTitle('\u200B'), 'Homebird')
  assert.equal(plainTitle('x'.repeat(900)).length, 200)
})

interface NavigationDesk {
  readonly app: EventEmitter
  readonly contents: ContentsDouble
  readonly outside: string[]
  readonly pages: string[]
}

function openDesk(role: 'main' | 'start'): NavigationDesk {
  const app = new EventEmitter()
  const contents = new ContentsDouble()
  const outside: string[] = []
  const pages: string[] = []
  openNavigationPolicy({ app } as never, {
    roleOf: (id) => (id === contents.id ? role : null),
    openOutside: async (address) => void outside.push(address),
    openPage: (address) => pages.push(address),
    noticed: () => undefined,
  })
  app.emit('web-contents-created', {}, contents)
  return { app, contents, outside, pages }
}
