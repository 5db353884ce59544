/** Where windows are put, whatever became of the screens since. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Screen,
  type WindowPlace,
  besides,
  mended,
  placeFor,
  readPlaces,
  screensKey,
  withPlace,
} from '../../../../electron/windows/window-place.ts'

const screenAt = (x: number, y: number, width: number, height: number): Screen => ({
  bounds: { x, y, width, height },
  workArea: { x, y: y + 30, width, height: height - 30 },
  scaleFactor: 1,
})
const LAPTOP = screenAt(0, 0, 1440, 900)
const DESK = screenAt(1440, 0, 2560, 1440)

const place = (
  x: number,
  y: number,
  width: number,
  height: number,
  more: Partial<WindowPlace> = {},
): WindowPlace => ({
  x,
  y,
  width,
  height,
  isMaximized: false,
  isFullScreen: false,
  zoomLevel: 0,
  ...more,
})

test('a first window stands in the middle of the main screen, and fits a small one', () => {
  assert.deepEqual(placeFor([], [DESK, LAPTOP]), place(2120, 325, 1200, 820))
  assert.deepEqual(placeFor([], [screenAt(0, 0, 800, 600)]), place(0, 30, 800, 570))
})

test('each set of screens has its own place, in whatever order the system names them', () => {
  const atDesk = place(1600, 200, 1500, 900, { isMaximized: true, zoomLevel: 1 })
  const kept = withPlace(
    withPlace([], screensKey([LAPTOP, DESK]), atDesk),
    screensKey([LAPTOP]),
    place(100, 100, 900, 700),
  )
  assert.deepEqual(placeFor(kept, [DESK, LAPTOP]), atDesk)
  assert.deepEqual(placeFor(kept, [LAPTOP]), place(100, 100, 900, 700))
  assert.equal(withPlace(kept, screensKey([LAPTOP]), atDesk).length, 2)
})

test('a place that no screen shows is mended; one that a hand can reach is left', () => {
  for (const [wanted, expected] of [
    // The desk's screen is gone.
    [
      { x: 1600, y: 200, width: 1200, height: 700 },
      { x: 120, y: 115, width: 1200, height: 700 },
    ],
    // The upper edge is above the screen.
    [
      { x: 100, y: -400, width: 600, height: 500 },
      { x: 420, y: 215, width: 600, height: 500 },
    ],
    // Only its last pixels are left on it.
    [
      { x: 1400, y: 100, width: 600, height: 500 },
      { x: 420, y: 215, width: 600, height: 500 },
    ],
    // Larger than the screen, smaller than anything can be read in.
    [
      { x: 0, y: 30, width: 5000, height: 3000 },
      { x: 0, y: 30, width: 1440, height: 870 },
    ],
    [
      { x: 50, y: 50, width: 10, height: 10 },
      { x: 50, y: 50, width: 320, height: 400 },
    ],
    // Half outside, but reachable: somebody put it there.
    [
      { x: -300, y: 500, width: 800, height: 600 },
      { x: -300, y: 500, width: 800, height: 600 },
    ],
  ] as const) {
    assert.deepEqual(mended(wanted, [LAPTOP]), expected)
  }
  assert.deepEqual(mended({ x: 5, y: 5, width: 9, height: 9 }, []), { x: 5, y: 5, width: 9, height: 9 })
})

test('a window between two screens belongs to the one it is most on', () => {
  const { x } = mended({ x: 1400, y: -500, width: 1000, height: 600 }, [LAPTOP, DESK])
  assert.ok(x >= DESK.bounds.x)
})

test('full screen comes back only where it was', () => {
  const kept = withPlace([], screensKey([LAPTOP, DESK]), place(0, 30, 800, 600, { isFullScreen: true }))
  assert.equal(placeFor(kept, [LAPTOP, DESK]).isFullScreen, true)
  assert.equal(placeFor(kept, [LAPTOP]).isFullScreen, false)
})

test('another window stands a little lower, and begins on top again at the end of the screen', () => {
  const second = besides(place(100, 100, 800, 600, { isMaximized: true }), [LAPTOP])
  assert.deepEqual(second, place(132, 132, 800, 600))
  assert.deepEqual(besides(place(1300, 850, 800, 600), [LAPTOP]), place(320, 165, 800, 600))
})

test('of what was kept only what is a place counts, and only the last eight', () => {
  const good = place(1, 2, 300, 400)
  assert.deepEqual(
    readPlaces([
      ['a', good],
      ['b', { ...good, width: 0 }],
      ['c', { ...good, x: 1e9 }],
      ['d', { ...good, x: '1' }],
      ['e', null],
      [7, good],
      'f',
      ['g', { ...good, zoomLevel: 99, isMaximized: 'yes' }],
    ]),
    [
      ['a', good],
      ['g', good],
    ],
  )
  for (const raw of [undefined, null, {}, 'x', 3]) assert.deepEqual(readPlaces(raw), [])
  assert.equal(readPlaces(Array.from({ length: 12 }, (_, number) => [String(number), good])).length, 8)
})
