/** Files of another program: read by the paths it gave them, in a folder or a bucket, and nothing else. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { mediaBackend } from '../../../server/core/media-backend.ts'
import { createStorageExchange } from '../../../server/net/storage-exchange.ts'
import { type FileSource, openBucketSource, openFolderSource } from '../../../server/storage/file-source.ts'
import { S3Client } from '../../../server/storage/s3/s3-client.ts'
import { startS3Server } from '../../support/s3-server.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

async function contentOf(source: FileSource, path: string): Promise<string | null> {
  const bytes = await source.open(path)
  return bytes === null ? null : (await buffer(bytes)).toString()
}

function filledFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'homebird-file-source-'))
  closeBeforeCluster(async () => rm(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'media', 'attachments'), { recursive: true })
  writeFileSync(join(root, 'media', 'attachments', 'a b.txt'), 'hello')
  writeFileSync(join(root, 'secret.txt'), 'not to be read')
  symlinkSync(join(root, 'secret.txt'), join(root, 'media', 'link.txt'))
  return join(root, 'media')
}

test('a folder gives its files, and nothing outside of it by whatever path', async () => {
  const source = await openFolderSource(filledFolder())
  assert.equal(await contentOf(source, 'attachments/a b.txt'), 'hello')
  const others = [
    'none.txt',
    'attachments',
    '../secret.txt',
    'attachments/../../secret.txt',
    'link.txt',
    '/etc/passwd',
    '',
  ]
  for (const path of [...others, 'a\0b', 'C:\\x', 'x'.repeat(600)]) {
    assert.equal(await contentOf(source, path), null, path)
  }
  await source.close()
})

test('what is no folder is refused by its name', async () => {
  const file = join(filledFolder(), 'attachments', 'a b.txt')
  await assert.rejects(openFolderSource(file), /is no folder; name the one that TAKAHE_MEDIA_ROOT names/)
  await assert.rejects(openFolderSource(`${file}/none`), /cannot be read/)
})

test('a bucket gives its objects, and nothing where there is none', async () => {
  const server = await startS3Server()
  const backend = mediaBackend.parse(server.backend())
  assert.ok(backend.kind === 's3')
  const { credentials } = backend
  assert.ok(credentials !== null)
  const transport = createStorageExchange()
  const client = new S3Client({ backend, credentials, transport, clock: systemClock })
  await client.callForHead({ method: 'PUT', key: 'attachments/a.txt', body: Buffer.from('hello') })
  const source = openBucketSource({ backend, transport, clock: systemClock })
  assert.equal(await contentOf(source, 'attachments/a.txt'), 'hello')
  assert.equal(await contentOf(source, 'attachments/none.png'), null)
  assert.match(source.place, /^bucket pictures at 127\.0\.0\.1/)
  await source.close()
  assert.throws(
    () => openBucketSource({ backend: { ...backend, credentials: null }, transport, clock: systemClock }),
    /without key and secret/,
  )
})
