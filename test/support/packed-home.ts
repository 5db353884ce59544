/** What must be true of a home wherever its program lies: it is set up, takes a post and a picture, and stops. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { HomeClient } from './home-client.ts'
import { formOf } from './multipart.ts'
import { pngOf } from './pictures.ts'
import { RUNS, nodeInfo, portOf, runToEnd, serve, setUp } from './serve-process.ts'
import { until } from './until.ts'

/** @param cli  the command's file in the program that is tried */
export async function homeRunsFrom(t: TestContext, cli: string, dataDir: string): Promise<void> {
  const home = serve(t, dataDir, setUp(dataDir), { cli })
  await home.untilSaid(RUNS)
  assert.match(home.said(), /brought from schema 0 to \d+/)
  assert.equal(await nodeInfo(portOf(home.said(), 'For the public')), 200)
  const privatePort = portOf(home.said(), 'For you only')
  const client = new HomeClient({ privatePort, password: 'a long enough password' })
  await client.signIn()

  const form = formOf(
    [],
    [{ name: 'file', filename: 'a.png', type: 'image/png', bytes: pngOf(40, 30, [9, 9, 9], [200, 0, 0]) }],
  )
  const sent = await client.raw('/api/v2/media', { method: 'POST', ...form })
  assert.ok(sent.status === 200 || sent.status === 202, sent.text())
  const id = String(sent.json()['id'])
  await until('the decoder to have read the picture', async () => {
    const read = await client.raw(`/api/v1/media/${id}`)
    return read.status === 200 && read.json()['blurhash'] !== null
  })
  const post = await client.writes('from the packed program', { media_ids: [id] })
  const [newest] = await client.homeTimeline(1)
  assert.equal(newest?.['id'], post['id'])

  const window = await client.raw('/')
  assert.match(window.text(), /<div id="root"|<script/)
  assert.equal((await client.raw('/licences.json')).status, 200)

  const options = { cli }
  assert.equal((await runToEnd(t, ['status', '--data-dir', dataDir], options)).code, ExitCode.ok)
  home.child.kill('SIGINT')
  assert.equal((await home.finished).code, ExitCode.ok)
}
