/** Where `npm start` opens a window of its own, and where it starts as ever. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyHeadless } from '../../../build/desktop.mjs'

const machine = { platform: 'linux', uid: 1000, hasShell: true }
const screen = { DISPLAY: ':0' }

test('with a screen, and nothing said against it, there is a window', () => {
  assert.equal(whyHeadless([], screen, machine), null)
  assert.equal(whyHeadless([], { WAYLAND_DISPLAY: 'wayland-0' }, machine), null)
  assert.equal(whyHeadless([], {}, { ...machine, platform: 'darwin' }), null)
  assert.equal(whyHeadless([], {}, { ...machine, platform: 'win32', uid: null }), null)
  assert.equal(whyHeadless([], { ...screen, CI: 'false' }, machine), null)
})

test('without a screen, in CI, and with any word of a home without a window nothing is tried or said', () => {
  assert.equal(whyHeadless([], {}, machine), '')
  assert.equal(whyHeadless([], { DISPLAY: '', WAYLAND_DISPLAY: '' }, machine), '')
  assert.equal(whyHeadless([], { ...screen, CI: 'true' }, machine), '')
  assert.equal(whyHeadless(['--headless'], screen, machine), '')
  assert.equal(whyHeadless(['--domain', 'home.example'], screen, machine), '')
  assert.equal(whyHeadless([], screen, { ...machine, hasShell: false }), '')
  assert.equal(whyHeadless([], screen, { ...machine, platform: 'freebsd' }), '')
})

test('root has no window, and is told', () => {
  assert.match(whyHeadless([], screen, { ...machine, uid: 0 }) ?? '', /for no root.*start it as yourself/)
})
