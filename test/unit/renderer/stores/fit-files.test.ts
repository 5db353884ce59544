import assert from 'node:assert/strict'
import { test } from 'node:test'
import { besidePoll, fitFiles, kindNames } from '../../../../renderer/stores/fit-files.ts'

const LIMITS = {
  supported_mime_types: ['image/png', 'image/jpeg', 'video/mp4', 'audio/mp4', 'audio/x-m4a'],
  image_size_limit: 100,
  video_size_limit: 1_000,
}
const file = (name: string, type: string, size = 10) => ({ name, type, size })
const names = (files: readonly { readonly name: string }[]): readonly string[] =>
  files.map(({ name }) => name)

test('files beyond the room are left out by name, in the order they were given', () => {
  const files = ['a', 'b', 'c'].map((name) => file(name, 'image/png'))
  const { taken, leftOut } = fitFiles(files, 2, LIMITS)
  assert.deepEqual(names(taken), ['a', 'b'])
  assert.deepEqual(leftOut, [{ name: 'c', flaw: 'too_many', size: 10 }])
  assert.deepEqual(names(fitFiles(files, 0, LIMITS).leftOut), ['a', 'b', 'c'])
})

test('a file that is too large or of another kind takes no room, and the others are taken', () => {
  const files = [
    file('huge.png', 'image/png', 101),
    file('just.png', 'image/png', 100),
    file('film.mp4', 'video/mp4', 1_000),
    file('long.mp4', 'video/mp4', 1_001),
    file('drawing.svg', 'image/svg+xml'),
    file('words.pdf', 'application/pdf'),
  ]
  const { taken, leftOut } = fitFiles(files, 2, LIMITS)
  assert.deepEqual(names(taken), ['just.png', 'film.mp4'])
  assert.deepEqual(
    leftOut.map(({ name, flaw }) => [name, flaw]),
    [
      ['huge.png', 'too_large_picture'],
      ['long.mp4', 'too_large'],
      ['drawing.svg', 'wrong_kind'],
      ['words.pdf', 'wrong_kind'],
    ],
  )
})

test('what the window cannot judge is for the home: no kind, capital letters, limits that are not known yet', () => {
  const files = [file('a.heic', ''), file('b.jpg', 'IMAGE/JPEG'), file('c.mp4', 'video/mp4; codecs=avc1')]
  assert.deepEqual(names(fitFiles(files, 4, LIMITS).taken), ['a.heic', 'b.jpg', 'c.mp4'])
  assert.deepEqual(names(fitFiles([file('words.pdf', 'application/pdf', 5_000)], 4, null).taken), [
    'words.pdf',
  ])
  assert.deepEqual(names(fitFiles([file('a.heic', '', 1_001)], 4, LIMITS).leftOut), ['a.heic'])
})

test('kinds are told as people know them, each once', () => {
  assert.deepEqual(kindNames(LIMITS.supported_mime_types), ['PNG', 'JPEG', 'MP4', 'M4A'])
})

test('beside a poll every file is left out, and it is said why', () => {
  const { taken, leftOut } = besidePoll([file('a.png', 'image/png'), file('b.png', 'image/png')])
  assert.deepEqual(taken, [])
  assert.deepEqual(
    leftOut.map(({ name, flaw }) => [name, flaw]),
    [
      ['a.png', 'beside_poll'],
      ['b.png', 'beside_poll'],
    ],
  )
})
