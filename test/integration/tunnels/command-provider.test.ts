import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommandProvider, type CommandSettings } from '../../../server/tunnels/command/command-provider.ts'
import type { LocalTarget, TunnelEvent } from '../../../server/tunnels/provider.ts'

const CLIENT = join(import.meta.dirname, '..', '..', 'support', 'children', 'tunnel-client.ts')
const TARGET: LocalTarget = {
  addresses: [{ kind: 'tcp', host: '127.0.0.1', port: 4_180 }],
  publicHost: 'home.example',
}
const ENVIRONMENT = { PATH: process.env['PATH'], HOMEBIRD_DATABASE_URL: 'postgres://secret' }

function providerOf(steps: readonly string[], settings: Partial<CommandSettings> = {}): CommandProvider {
  const argv = [process.execPath, CLIENT, ...steps]
  return new CommandProvider({ argv, readyPattern: null, secrets: {}, ...settings }, ENVIRONMENT)
}

async function told(provider: CommandProvider, stop = new AbortController()): Promise<TunnelEvent[]> {
  const events: TunnelEvent[] = []
  for await (const event of provider.run(TARGET, stop.signal)) {
    events.push(event)
    if (event.type === 'connected') stop.abort()
  }
  return events
}

test('it is up when a line says so, and gone when nobody wants it any more', async () => {
  const steps = ['say', 'starting', 'err', 'login ok: tunnel is running', 'stay']
  const events = await told(providerOf(steps, { readyPattern: /tunnel is running/ }))
  assert.deepEqual(
    events.map(({ type }) => type),
    ['connecting', 'connected', 'lost'],
  )
})

test('without such a line it is up as soon as it runs', async () => {
  const events = await told(providerOf(['stay']))
  assert.deepEqual(
    events.map(({ type }) => type),
    ['connecting', 'connected', 'lost'],
  )
})

test('its end is a loss with its last line, in which no secret stands', async () => {
  const provider = providerOf(['env', 'TOKEN', 'end', '3'], {
    readyPattern: /never/,
    secrets: { TOKEN: 'hb-token-4711' },
  })
  const lost = (await told(provider)).at(-1)
  assert.deepEqual(lost, {
    type: 'lost',
    reason: 'the program ended with code 3; its last line: TOKEN=(hidden)',
  })
})

test('a secret does not show its beginning where a long line is cut', async () => {
  const provider = providerOf(['say', `${'x'.repeat(490)}hb-token-4711`, 'end', '0'], {
    readyPattern: /never/,
    secrets: { TOKEN: 'hb-token-4711' },
  })
  assert.doesNotMatch(JSON.stringify((await told(provider)).at(-1)), /xhb-/)
})

test('what it leaves behind with its output does not hide its end', { timeout: 6_000 }, async () => {
  const provider = providerOf(['leave', 'say', 'gone', 'end', '4'], { readyPattern: /never/ })
  assert.match(JSON.stringify((await told(provider)).at(-1)), /code 4; its last line: gone/)
})

test('it is told where it should lead, and nothing of this home besides', async () => {
  const asked = providerOf(['say', '{host}:{port} for {domain} and {other}', 'end', '0'], {
    readyPattern: /never/,
  })
  assert.match(
    JSON.stringify((await told(asked)).at(-1)),
    /127\.0\.0\.1:4180 for home\.example and \{other\}/,
  )
  const seen = providerOf(['env', 'HOMEBIRD_DATABASE_URL', 'end', '0'], { readyPattern: /never/ })
  assert.match(JSON.stringify((await told(seen)).at(-1)), /last line: HOMEBIRD_DATABASE_URL="/)
})

test('a program that is not there is found before the first attempt, and is a loss in one', async () => {
  const provider = new CommandProvider(
    { argv: ['frpc-that-is-not-there', '-c', 'x'], readyPattern: null, secrets: {} },
    ENVIRONMENT,
  )
  const [finding] = await provider.prepare()
  assert.equal(finding?.weight, 'stop')
  assert.match(finding?.message ?? '', /"frpc-that-is-not-there" is not there/)
  const events = await told(provider)
  assert.match(JSON.stringify(events.at(-1)), /could not be started/)
  assert.deepEqual(await providerOf(['stay']).prepare(), [])
})

test('no shell reads the arguments', async () => {
  const provider = providerOf(['say', '$(id) `id` ; id | cat > /dev/null', 'end', '0'], {
    readyPattern: /never/,
  })
  assert.match(JSON.stringify((await told(provider)).at(-1)), /last line: \$\(id\) `id` ; id \| cat/)
})
