/** A whole home that is reached over a real OpenSSH server only: set up by commands, cut, frozen, and back by itself. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TunnelOverview, TunnelStatus } from '../../server/contracts/tunnel.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { NO_SSHD, type Sshd, openSshd } from '../support/sshd.ts'
import { createTestCa } from '../support/test-tls.ts'
import { type TlsFront, openTlsFront } from '../support/tls-front.ts'
import { until } from '../support/until.ts'

const DOMAIN = 'ana.example'
const skip = NO_SSHD ?? false
const closers: (() => unknown)[] = []
let [sshd, front, home, owner]: [Sshd, TlsFront, ProcessHome, HomeClient] = [] as never

async function tell(...words: readonly string[]): Promise<TunnelStatus | null> {
  const { stdout, stderr } = await home.command('tunnel', ...words, '--json')
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as TunnelStatus | null
}

const untilState = async (state: TunnelStatus['state']): Promise<TunnelStatus> =>
  until(`the tunnel is ${state}`, async () => {
    const status = await tell()
    return status?.state === state ? status : null
  })

before(async () => {
  if (NO_SSHD !== null) return
  const ca = createTestCa({ after: (work) => closers.push(work) })
  sshd = await openSshd()
  closers.push(async () => sshd[Symbol.asyncDispose]())
  front = await openTlsFront(ca, [DOMAIN])
  closers.push(async () => front.close())
  front.leadTo(join(sshd.folder, 'home.sock'))
  home = await startProcessHome({
    domain: DOMAIN,
    handle: 'ana',
    env: { NODE_EXTRA_CA_CERTS: ca.caFile, HOMEBIRD_HOST_ADDRESSES: `${DOMAIN}=${front.address}` },
  })
  closers.push(async () => home.close())
  owner = await signedInClient(home)
})

after(async () => {
  for (const close of closers.toReversed()) await close()
})

test('a home without a tunnel says so, and keeps no process for it', { skip }, async () => {
  assert.equal(await tell(), null)
  const { parts } = JSON.parse((await home.command('status', '--json')).stdout) as {
    parts: { name: string }[]
  }
  assert.deepEqual(parts.map(({ name }) => name).toSorted(), ['database', 'server-0', 'worker-0'])
})

test(
  'it is set up step by step: the server’s key is shown, confirmed, and the tunnel is proven',
  { skip },
  async () => {
    await tell('set', 'tunnelListen', join(sshd.folder, 'home.sock'))
    await tell('set', 'tunnelServer', `${sshd.user}@127.0.0.1:${sshd.port}`)
    await tell('set', 'tunnel', 'ssh')
    const shown = await untilState('blocked')
    assert.equal(shown.findings[0]?.code, 'HOST_KEY_UNKNOWN')
    assert.equal(shown.facts['seenHostKey'], sshd.hostKey)
    await sshd.admit(shown.facts['publicKey'] ?? '')
    await tell('set', 'tunnelHostKey', sshd.hostKey)
    const proven = await untilState('verified')
    assert.equal(proven.proof?.source, 'loop')
    const page = (await owner.get('/api/homebird/v1/tunnel')) as unknown as TunnelOverview
    assert.equal(page.status?.state, 'verified')
    const secret = page.settings.find(({ name }) => name === 'tunnelToken')
    assert.deepEqual([secret?.isSecret, secret?.isSet, secret?.value], [true, false, ''])
  },
)

test('a bad value changes nothing, and says what is wrong with it', { skip }, async () => {
  const refused = await owner.raw('/api/homebird/v1/tunnel/settings', {
    method: 'PUT',
    body: {
      changes: [
        { name: 'tunnelPort', value: '4190' },
        { name: 'tunnelServer', value: 'nobody knows' },
      ],
    },
  })
  assert.equal(refused.status, 422)
  assert.match(refused.text(), /HOMEBIRD_TUNNEL_SERVER is .*nobody knows.* account and a server/)
  assert.equal((await untilState('verified')).state, 'verified')
  const strange = await owner.raw('/api/homebird/v1/tunnel/settings', {
    method: 'PUT',
    body: { changes: [{ name: 'databaseUrl', value: 'postgres://elsewhere' }] },
  })
  assert.equal(strange.status, 422)
})

test('a session that is cut is set up again by itself', { skip }, async () => {
  const former = await untilState('verified')
  sshd.cutSessions()
  // It may be back before anybody has asked.
  await until('it is proven anew', async () => {
    const now = await tell()
    return now?.state === 'verified' && now.since > former.since
  })
})

test('a server that stands still is found out, and taken up again when it goes on', { skip }, async () => {
  try {
    sshd.freeze(true)
    await tell('nudge')
    const status = await until('the silence is noticed', async () => {
      const now = await tell()
      return now?.state === 'waiting' || now?.state === 'connecting' ? now : null
    })
    assert.match(status.reason ?? '', /does not answer|no connection|closed/)
  } finally {
    sshd.freeze(false)
  }
  await untilState('verified')
})

test(
  'a tunnel that is suspended is closed and says so, whatever is nudged, until it is resumed',
  { skip },
  async () => {
    const closed = await tell('suspend')
    assert.equal(closed?.state, 'off')
    assert.match(closed.reason ?? '', /before a sleep/)
    await tell('nudge')
    assert.equal((await tell())?.state, 'off')
    await tell('resume')
    await untilState('verified')
  },
)

test(
  'the tunnel process that is killed is started again, and the home goes on meanwhile',
  { skip },
  async () => {
    const pid = async (): Promise<number | null> => {
      const { parts } = JSON.parse((await home.command('status', '--json')).stdout) as {
        parts: { name: string; pid: number | null }[]
      }
      return parts.find(({ name }) => name === 'tunnel')?.pid ?? null
    }
    const former = await pid()
    assert.ok(former !== null)
    process.kill(former, 'SIGKILL')
    assert.equal((await home.ask('/health')).status, 200)
    await until('another process', async () => {
      const now = await pid()
      return now !== null && now !== former
    })
    await untilState('verified')
  },
)

test('another host key stops it for good, and both are named', { skip }, async () => {
  const other = `SHA256:${'a'.repeat(43)}`
  await tell('set', 'tunnelHostKey', other)
  const status = await untilState('blocked')
  assert.ok(status.reason?.includes(other) === true && status.reason.includes(sshd.hostKey))
  await tell('set', 'tunnelHostKey', sshd.hostKey)
  await untilState('verified')
})

test('it is switched off, and nothing leads in any more', { skip }, async () => {
  await tell('set', 'tunnel', 'none')
  assert.equal(await tell(), null)
})
