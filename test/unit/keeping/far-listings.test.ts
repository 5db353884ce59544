/** Listings of places that are not quite what they should be: what is missing in one would be taken for what nobody needs. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { BucketPlace } from '../../../server/keeping/places/bucket-place.ts'
import { WebdavPlace } from '../../../server/keeping/places/webdav-place.ts'
import { listed } from '../../support/place-promises.ts'

const answering = (status: number, xml: string) => ({
  send: async () => ({ status, headers: {}, body: Readable.from([Buffer.from(xml)]) }),
  close: async () => undefined,
})

test('a bucket whose listing breaks off in the middle has not told what is in it', async () => {
  const place = new BucketPlace({
    address: {
      kind: 's3',
      endpoint: 'https://s3.example',
      region: 'x',
      bucket: 'b',
      prefix: '',
      style: 'path',
      credentials: { key: 'a', secret: 's' },
    },
    label: 'the bucket',
    clock: systemClock,
    transport: answering(
      200,
      `<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>one</Key><Size>3</Size>
       <LastModified>2026-11-30T00:00:00Z</LastModified></Contents></ListBucketResult>`,
    ),
  })
  await assert.rejects(listed(place), (error) => isHomebirdError(error, 'UNAVAILABLE'))
})

test('a server over WebDAV may escape its listing otherwise than the address does', async () => {
  const entry = (href: string, kind = ''): string =>
    `<response><href>${href}</href><propstat><prop><resourcetype>${kind}</resourcetype><getcontentlength>3</getcontentlength></prop></propstat></response>`
  const root = '/dav/files/me%40there.example/G%c3%a4rten/'
  const place = new WebdavPlace(
    {
      kind: 'webdav',
      endpoint: 'https://there.example/dav/files/me@there.example/Gärten/',
      credentials: null,
    },
    'the server',
    answering(
      207,
      `<multistatus xmlns="DAV:">${entry(root, '<collection/>')}${entry(`${root}one`)}</multistatus>`,
    ),
  )
  assert.deepEqual(
    (await listed(place)).map(({ name }) => name),
    ['one'],
  )
})
