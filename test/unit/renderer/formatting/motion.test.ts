import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMovingPicture, motionOf } from '../../../../renderer/formatting/motion.ts'
import type { MediaAttachment } from '../../../../server/contracts/media-attachment.ts'

test('moving pictures play where that is preferred, wait for a pointer where not, and less motion wins', () => {
  assert.equal(motionOf({ autoplaysMotion: true, motion: 'system' }, false), 'plays')
  assert.equal(motionOf({ autoplaysMotion: false, motion: 'system' }, false), 'pointed')
  for (const autoplaysMotion of [true, false]) {
    assert.equal(motionOf({ autoplaysMotion, motion: 'reduced' }, false), 'still')
    assert.equal(motionOf({ autoplaysMotion, motion: 'system' }, true), 'still')
  }
})

const medium = (url: string, more: Partial<MediaAttachment> = {}): MediaAttachment => ({
  id: '1',
  type: 'image',
  url,
  preview_url: 'https://home.example/media/preview.webp',
  remote_url: null,
  preview_remote_url: null,
  text_url: null,
  meta: null,
  description: null,
  blurhash: null,
  ...more,
})

test('a picture moves by its name here or where it comes from, if it has a still preview', () => {
  assert.equal(isMovingPicture(medium('https://home.example/media/1.gif')), true)
  const proxied = 'https://home.example/proxy/post_attachment/1/abc'
  assert.equal(isMovingPicture(medium(proxied, { remote_url: 'https://else.example/cat.GIF?1' })), true)
  assert.equal(isMovingPicture(medium('https://home.example/media/1.png')), false)
  assert.equal(
    isMovingPicture(medium(proxied, { preview_url: proxied, remote_url: 'https://a.example/c.gif' })),
    false,
  )
  assert.equal(isMovingPicture(medium('https://home.example/media/1.gif', { type: 'video' })), false)
})
