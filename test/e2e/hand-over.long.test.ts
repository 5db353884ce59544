/** A home goes from one machine to another while it runs: at every moment at most one of the two speaks, and in the end one does. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { askRunningHome } from '../../server/appliance/keeping/ask-hand-over.ts'
import type { HandOverState, Paired } from '../../server/contracts/hand-over.ts'
import { readLease, writeLease } from '../../server/core/lease-file.ts'
import { makeOwnCertificate } from '../../server/core/own-certificate.ts'
import { readPairingCode, writePairingCode } from '../../server/core/pairing-code.ts'
import { openPairedListener } from '../../server/net/paired/paired-listener.ts'
import { askPaired, streamPaired } from '../../server/net/paired/paired-line.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { launchCommand } from '../support/serve-process.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

/** Many homes start one after the other. */
const PATIENT = { timeout: 900_000 }
const HERE = ['--host', '127.0.0.1', '--port', '0'] as const

async function openHome(t: TestContext, dataDir?: string, password?: string): Promise<ProcessHome> {
  const home = await startProcessHome({
    domain: null,
    handle: dataDir === undefined ? 'ana' : null,
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(password === undefined ? {} : { password }),
  })
  afterInReverse(t, () => home.close())
  return home
}

/** The old home offers itself. */
async function offerOf(t: TestContext, home: ProcessHome, ...more: string[]) {
  const args = ['hand-over', 'offer', '--json', '--data-dir', home.dataDir, ...HERE, ...more]
  const command = launchCommand(t, args)
  await command.untilSaid(/"code".*\n/)
  const line =
    command
      .said()
      .split('\n')
      .find((text) => text.includes('"code"')) ?? '{}'
  const { code, addresses } = JSON.parse(line) as { code: string; addresses: string[] }
  return { code, address: addresses[0] ?? '', finished: command.finished }
}

async function stateOf(home: ProcessHome): Promise<HandOverState> {
  const { stdout } = await home.command('hand-over', 'state', '--json')
  return JSON.parse(stdout) as HandOverState
}

/** The same at its socket. */
async function toldBy({ dataDir }: ProcessHome): Promise<HandOverState> {
  const sources = { env: { HOMEBIRD_DATA_DIR: dataDir } }
  return (await askRunningHome(sources, { kind: 'hand_over', ask: 'state' })) as HandOverState
}

async function statusOfWriting(owner: HomeClient): Promise<number> {
  const body = { status: 'is anybody there' }
  return (await owner.raw('/api/v1/statuses', { method: 'POST', body })).status
}

/** Signs in anew: a part of the home that starts again takes nobody's word for a moment. */
async function speaksAgain(home: ProcessHome): Promise<void> {
  await until('the home takes posts again', async () => {
    try {
      return (await statusOfWriting(await signedInClient(home))) === 200
    } catch {
      return false // its server is just being started anew
    }
  })
}

/** Whoever has the code, without a home. */
async function pairWith(code: string, address: string) {
  const { fingerprint, secret } = readPairingCode(code)
  const [host = '', port] = address.split(':')
  const line = { host, port: Number(port), fingerprint }
  const said = { secret: secret.toString('hex'), name: 'a test' }
  const { ticket, home } = (await askPaired<Paired>(line, '/pair', said)).body
  const drain = async (): Promise<number> => {
    let bytes = 0
    const source = await streamPaired(line, '/home', ticket, new AbortController().signal)
    for await (const chunk of source as AsyncIterable<Buffer>) bytes += chunk.length
    return bytes
  }
  return { line, ticket, home, drain, ask: (path: string) => askPaired(line, path, {}, { ticket }) }
}

test('two computers: what was written there is here, and only one of them speaks', PATIENT, async (t) => {
  const old = await openHome(t)
  const before = await signedInClient(old)
  await before.writes('written on the old computer')
  const { id } = await before.get('/api/v1/accounts/verify_credentials')
  const dataDir = testDataDir(t, 'new')
  const take = (address: string, input: string) =>
    launchCommand(t, ['hand-over', 'take', address, '--yes', '--data-dir', dataDir], { input }).finished

  const { code, address, finished } = await offerOf(t, old)
  const { fingerprint, secret } = readPairingCode(code)
  const wrong = await take(address, writePairingCode({ fingerprint, secret: randomBytes(5) }))
  assert.match(wrong.stderr, /the code is not that of its offer/)
  const strange = await take(address, writePairingCode({ fingerprint: randomBytes(10), secret }))
  assert.match(strange.stderr, /is not the home that the code is of/)
  const slip = await take(address, code.slice(0, -1))
  assert.match(slip.stderr, /no pairing code/)
  assert.equal(await statusOfWriting(before), 200, 'it speaks until somebody has come')

  const taken = await take(address, code)
  assert.equal(taken.code, 0, taken.stdout + taken.stderr)
  const offered = await finished
  assert.equal(offered.code, 0, offered.stdout + offered.stderr)
  const given = await stateOf(old)
  assert.deepEqual([given.phase, given.isConfirmed], ['given', true])

  await old.stop()
  await old.start()
  const there = await signedInClient(old)
  assert.equal((await there.homeTimeline()).length, 2, 'it can be read')
  assert.equal(await statusOfWriting(there), 503)
  assert.equal((await old.ask('/.well-known/nodeinfo')).status, 503)
  assert.match((await old.command('stator', 'run', '--for', '1s')).stderr, /another computer speaks/)
  assert.match((await old.command('hand-over', 'offer', ...HERE)).stderr, /does not speak/)
  assert.match((await old.command('search', 'rebuild')).stderr, /another computer speaks/)

  const now = await openHome(t, dataDir, old.password)
  const owner = await signedInClient(now)
  assert.equal((await owner.get('/api/v1/accounts/verify_credentials'))['id'], id)
  assert.equal(await statusOfWriting(owner), 200)
  assert.equal((await owner.homeTimeline()).length, 3)
  assert.equal((await stateOf(now)).phase, 'none')
  await now.stop()

  const unasked = await old.command('hand-over', 'take-back')
  assert.match(unasked.stderr, /--yes/)
  const reader = await signedInClient(old)
  const takeBack = (password: string) =>
    reader.raw('/api/homebird/v1/hand-over/take-back', { method: 'POST', body: { password } })
  assert.equal((await takeBack('another password')).status, 422)
  assert.equal((await stateOf(old)).phase, 'given')
  assert.equal((await takeBack(old.password)).status, 200)
  await speaksAgain(old)
})

test(
  'wherever it is broken off one of the two speaks, and a word that was given is told again',
  PATIENT,
  async (t) => {
    const old = await openHome(t)
    await (await signedInClient(old)).writes('one')
    await t.test('the other goes away in the middle', async () => {
      const owner = await signedInClient(old)
      const { code, address, finished } = await offerOf(t, old, '--patience', '12')
      const peer = await pairWith(code, address)
      assert.equal(peer.home.posts, 1)
      await assert.rejects(pairWith(code, address), /its code is used up/)
      await assert.rejects(peer.ask('/give'), /not sent whole/)
      assert.ok((await peer.drain()) > 10_000)
      // Asked without a command and a sign-in, which may take longer than it waits.
      assert.equal((await toldBy(old)).phase, 'giving')
      assert.equal(await statusOfWriting(owner), 503)
      assert.match((await finished).stdout, /was not heard of any more/)
      await speaksAgain(old)
      await assert.rejects(peer.ask('/give'))
    })
    await t.test('the owner offers it in the window, and cancels', async () => {
      const owner = await signedInClient(old)
      const wrong = { method: 'POST', body: { password: 'another password' } }
      assert.equal((await owner.raw('/api/homebird/v1/hand-over/offer', wrong)).status, 422)
      const offered = await owner.call('POST', '/api/homebird/v1/hand-over/offer', { password: old.password })
      const code = (offered as unknown as HandOverState).offer?.code ?? ''
      const port = await until('it can be reached', async () => {
        const { handOver } = await owner.get('/api/homebird/v1/hand-over')
        const { offer } = handOver as unknown as HandOverState
        if (offer === null || offer.addresses.length === 0) return null
        assert.equal(offer.code, null, 'a session alone does not read it')
        return offer.addresses[0]?.split(':').at(-1) ?? ''
      })
      const peer = await pairWith(code, `127.0.0.1:${port}`)
      await peer.drain()
      assert.equal((await old.command('hand-over', 'cancel')).code, 0)
      await speaksAgain(old)
      await assert.rejects(peer.ask('/give'))
    })
    await t.test('the old computer is killed while everything is here already', async () => {
      const dataDir = testDataDir(t, 'half')
      const { code, address } = await offerOf(t, old)
      const args = ['hand-over', 'take', address, '--yes', '--data-dir', dataDir]
      const taking = launchCommand(t, args, { input: code })
      await taking.untilSaid(/have come/)
      await old.kill()
      const { code: exit, stdout } = await taking.finished
      assert.notEqual(exit, 0)
      assert.match(stdout, /this home is silent: the other home at .* cannot be asked/)
      await old.start()
      await speaksAgain(old)
      const half = await openHome(t, dataDir, old.password)
      assert.equal(await statusOfWriting(await signedInClient(half)), 503)
      assert.equal((await stateOf(half)).phase, 'taken')
      await half.stop()
      const again = await half.command('hand-over', 'take')
      assert.match(again.stdout, /this home is silent/)
    })
    await t.test('the word is taken back before the other has heard it: it is not given again', async () => {
      const { code, address, finished } = await offerOf(t, old)
      const peer = await pairWith(code, address)
      await peer.drain()
      const run = await old.command('stator', 'run', '--for', '1s')
      assert.match(run.stderr, /another computer speaks/)
      await peer.ask('/give')
      assert.equal((await stateOf(old)).phase, 'given')
      const back = await old.command('hand-over', 'take-back', '--yes')
      assert.equal(back.code, 0, back.stderr)
      await speaksAgain(old)
      await assert.rejects(peer.ask('/give'))
      await assert.rejects(peer.ask('/done'))
      assert.equal((await stateOf(old)).phase, 'none')
      assert.notEqual((await finished).code, 0)
    })
    await t.test(
      'the old computer is killed when it has given the word and nobody has heard it',
      async () => {
        const { code, address } = await offerOf(t, old)
        const peer = await pairWith(code, address)
        await peer.drain()
        await peer.ask('/give')
        await old.kill()
        await old.start()
        assert.equal(await statusOfWriting(await signedInClient(old)), 503)
        assert.equal((await stateOf(old)).isConfirmed, false)
        await until('it is told once more', () =>
          peer.ask('/give').then(
            () => true,
            () => false,
          ),
        )
        await assert.rejects(pairWith(code, address), /its code is used up/)
        await peer.ask('/done')
        await until('it is confirmed', async () => (await stateOf(old)).isConfirmed)
      },
    )
  },
)

/** An old home that has sent everything, and a new one that was broken off before it could ask for the word. */
async function brokenOffTake(t: TestContext) {
  const { fingerprint, key, certificate } = makeOwnCertificate(new Date())
  const asked: string[] = []
  const answer = async (path: string) => {
    asked.push(path)
    return { status: 200, body: {} }
  }
  const listener = await openPairedListener({ host: '127.0.0.1', port: 0, key, certificate, answer })
  t.after(() => listener[Symbol.asyncDispose]())
  const dataDir = testDataDir(t, 'taken')
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, 'appliance.sqlite'), '')
  const lease = {
    phase: 'taken',
    at: new Date().toISOString(),
    from: 'old',
    host: '127.0.0.1',
    port: listener.port,
    fingerprint: fingerprint.toString('hex'),
    ticket: randomBytes(32).toString('base64url'),
  } as const
  const lay = (more: Partial<typeof lease> | { readonly port: number } = {}): void =>
    writeLease(dataDir, { ...lease, ...more })
  const command = (...args: string[]) =>
    launchCommand(t, ['hand-over', ...args, '--data-dir', dataDir]).finished
  return { asked, lay, command, dataDir, address: `127.0.0.1:${listener.port}` }
}

test('what was broken off is finished where the old home is now, and a word that it still gives is not taken unasked', async (t) => {
  const { asked, lay, command, dataDir, address } = await brokenOffTake(t)
  lay({ port: 1 })
  const withCode = await command('take', address, 'AAAAA')
  assert.match(withCode.stderr, /the code is no argument/)
  const finished = await command('take', address)
  assert.equal(finished.code, 0, finished.stdout + finished.stderr)
  assert.equal(readLease(dataDir), null)
  lay()
  const back = await command('take-back')
  assert.equal(back.code, 0, back.stdout + back.stderr)
  assert.match(back.stdout, /old is not off/)
  assert.equal(readLease(dataDir), null)
  assert.deepEqual(asked, ['/give', '/done', '/give', '/done'])
})
