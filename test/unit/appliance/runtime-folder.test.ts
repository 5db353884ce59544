/** The folder for sockets is short, private, and nobody else's. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openRuntimeFolder } from '../../../server/appliance/runtime-folder.ts'

const uid = process.getuid?.() ?? null
const asRoot = { skip: uid !== 0 && 'needs root to make a folder of somebody else' }

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'hb-run-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function open(t: TestContext, dataDir: string, env: Record<string, string>) {
  const runtime = openRuntimeFolder(dataDir, { env, uid })
  t.after(() => rmSync(runtime.path, { recursive: true, force: true }))
  return runtime
}

test('it lives in the runtime folder of the session, private, and has one name per data directory', (t) => {
  const [dataDir, session] = [folder(t), folder(t)]
  const runtime = open(t, dataDir, { XDG_RUNTIME_DIR: session })
  assert.ok(runtime.path.startsWith(`${session}/homebird-`))
  assert.equal(statSync(runtime.path).mode & 0o077, uid === 0 ? 0o011 : 0)
  const link = join(folder(t), 'link')
  symlinkSync(dataDir, link)
  assert.equal(open(t, link, { XDG_RUNTIME_DIR: session }).path, runtime.path)
})

test('a runtime folder that is too long for a socket, or has letters that a list cannot hold, is passed over', (t) => {
  const dataDir = folder(t)
  const long = join(folder(t), 'x'.repeat(80))
  const odd = join(folder(t), 'with, comma')
  for (const session of [long, odd]) {
    mkdirSync(session)
    const { database, path } = open(t, dataDir, { XDG_RUNTIME_DIR: session })
    assert.ok(!path.startsWith(session))
    assert.ok(Buffer.byteLength(join(database, '.s.PGSQL.5432')) <= 103)
  }
})

test('a folder of somebody else, or a link, under our name is not used', asRoot, (t) => {
  const [dataDir, session] = [folder(t), folder(t)]
  const first = open(t, dataDir, { XDG_RUNTIME_DIR: session })
  rmSync(first.path, { recursive: true })
  mkdirSync(first.path)
  chownSync(first.path, 65_534, 65_534)
  assert.ok(!open(t, dataDir, { XDG_RUNTIME_DIR: session }).path.startsWith(session))
  rmSync(first.path, { recursive: true })
  const target = folder(t)
  chmodSync(target, 0o700)
  symlinkSync(target, first.path)
  assert.ok(!open(t, dataDir, { XDG_RUNTIME_DIR: session }).path.startsWith(session))
  assert.equal(existsSync(join(target, basename(first.path))), false)
})
