import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openOutboundHome } from '../../support/outbound-home.ts'

test('pictures, films and sounds of a post go out whole and in order, what is not ready does not', async (t) => {
  const peer = await openFakePeer(t)
  const { db, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  const post = await writes({ text: 'look and listen' })
  const sound = { kind: 'audio', media_type: 'audio/ogg', file_key: 'c.ogg', description: null } as const
  const film = { kind: 'video', media_type: 'video/mp4', file_key: 'b.mp4', description: 'it flies' } as const
  const picture = {
    kind: 'image',
    media_type: 'image/webp',
    file_key: 'a.webp',
    description: 'a bee',
  } as const
  const unfinished = { kind: 'image', media_type: 'image/webp', file_key: null } as const
  await db
    .insertInto('attachments')
    .values([
      { ...sound, post_id: post.id, position: 2, duration_seconds: 185 },
      { ...film, post_id: post.id, position: 1, preview_key: 'b.webp', width: 640, height: 360 },
      {
        ...picture,
        post_id: post.id,
        position: 0,
        blurhash: 'UBL_:rOpGG-;~qRjxuof',
        focus_x: 0.5,
        focus_y: -1,
      },
      { ...unfinished, post_id: post.id, position: 3 },
    ])
    .execute()
  await runner.runUntilIdle()
  const note = peer.sharedInbox.received[0]?.activity['object'] as Record<string, unknown>
  const media = 'https://home.example/media'
  assert.deepEqual(note['attachment'], [
    {
      type: 'Document',
      mediaType: 'image/webp',
      url: `${media}/a.webp`,
      name: 'a bee',
      summary: 'a bee',
      blurhash: 'UBL_:rOpGG-;~qRjxuof',
      focalPoint: [0.5, -1],
    },
    {
      type: 'Document',
      mediaType: 'video/mp4',
      url: `${media}/b.mp4`,
      name: 'it flies',
      summary: 'it flies',
      width: 640,
      height: 360,
      icon: { type: 'Image', url: `${media}/b.webp` },
    },
    { type: 'Document', mediaType: 'audio/ogg', url: `${media}/c.ogg`, duration: 'PT185S' },
  ])
})
