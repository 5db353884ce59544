/**
 * The script for the owner's server, run for real in a place of its own: twice with one outcome, never half, and then the key
 * that it lets in can hold the socket and look at the public name, and nothing else.
 */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { createServer, request } from 'node:http'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import ssh, { type ClientChannel } from 'ssh2'
import type { EdgeKind, EdgeUse } from '../../../server/contracts/edge-files.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { serverScript } from '../../../server/domain/edge-files/server-script.ts'
import type { LocalTarget, TunnelEvent } from '../../../server/tunnels/provider.ts'
import { makeKeyPair } from '../../../server/tunnels/ssh/own-key.ts'
import { SshProvider } from '../../../server/tunnels/ssh/ssh-provider.ts'
import { SSH_LIMITS } from '../../../server/tunnels/ssh/ssh-settings.ts'
import { TargetDoor } from '../../../server/tunnels/target-door.ts'
import { noOwnEdge } from '../../support/own-edge.ts'
import { issueCertificate } from '../../support/test-certificates.ts'
import { NO_SERVER_GROUND, type ServerGround, openServer, runOnServer } from '../../support/server-ground.ts'
import { NO_SSHD } from '../../support/sshd.ts'
import { until } from '../../support/until.ts'

const HOST = 'home.example'
/** Of loopback, and nobody else's: where the public name leads, as the server sees it. */
const PUBLIC = '127.86.75.31'
const SOCKET = '/run/homebird/home.sock'
const OWN = makeKeyPair()
const skip = NO_SSHD ?? NO_SERVER_GROUND ?? false
const skipWith = (edge: 'caddy' | 'nginx'): string | false =>
  skip === false ? (noOwnEdge(edge) ?? false) : skip

function scriptFor(edge: EdgeKind, use: EdgeUse = 'ssh'): string {
  const { config } = loadConfig({ env: {} })
  const [file] = serverScript(edge, use, config, {
    account: 'homebird',
    publicKey: OWN.public,
    hosts: [HOST],
    listens: config.tunnelListen,
  }).files
  return file?.text ?? ''
}

/** Everything that the script may have touched, with owners, modes and contents. */
const LOOK = `look() {
  for place in /etc/ssh /etc/tmpfiles.d /etc/caddy /etc/nginx /run /var/lib/homebird-root; do
    [ -e "$place" ] || continue
    find "$place" -printf '%p %M %u:%g %l\\n' | sort
    find "$place" -type f -exec sha256sum {} + | sort
  done
  cat /etc/passwd /etc/group /etc/shadow
}
`

test(
  'run twice it has one outcome, and the second time it writes nothing',
  { skip: skipWith('caddy') },
  async () => {
    const twice = `${LOOK}
sh ./script
look >"$GROUND/first"
sh ./script >"$GROUND/said"
look >"$GROUND/second"
cmp "$GROUND/first" "$GROUND/second"
grep -v 'done\\. Compare\\|have \\|systemd does not run' "$GROUND/said" && exit 9
getent shadow homebird | grep -q '^homebird:\\*:'
getent passwd homebird | grep -q nologin
stat -c '%a %U %G' /run/homebird/ | grep -q '^2750 homebird caddy$'
caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile 2>&1 | tail -1
ls /etc/ssh /etc/ssh/sshd_config.d
`
    const { code, out } = await runOnServer(twice, { script: scriptFor('caddy') })
    assert.equal(code, 0, out)
    assert.match(out, /Valid configuration/)
    assert.match(out, /homebird\.conf\n(?!.*homebird\.conf\.)/)
  },
)

test(
  'where sshd reads no further files, its block lies between two marks of one file',
  { skip: skipWith('caddy') },
  async () => {
    const without = `${LOOK}
sed -i '/^Include/d' /etc/ssh/sshd_config
sh ./script
cp /etc/ssh/sshd_config "$GROUND/first"
sh ./script
cmp /etc/ssh/sshd_config "$GROUND/first"
grep -c '^# homebird begins$' /etc/ssh/sshd_config
sshd -t && echo sshd finds it good
`
    const { code, out } = await runOnServer(without, { script: scriptFor('caddy') })
    assert.equal(code, 0, out)
    assert.match(out, /\n1\nsshd finds it good\n$/)
  },
)

test(
  'nginx is led there once it has its certificate, and is told to get one before',
  { skip: skipWith('nginx') },
  async () => {
    const { cert, key } = issueCertificate([HOST])
    const steps = `
sh ./script
[ ! -e /etc/nginx/conf.d/homebird.conf ]
mkdir -p /etc/letsencrypt/live/${HOST}
cp cert /etc/letsencrypt/live/${HOST}/fullchain.pem
cp key /etc/letsencrypt/live/${HOST}/privkey.pem
sh ./script
nginx -t
stat -c '%a %U %G' /run/homebird/
`
    const { code, out } = await runOnServer(steps, { script: scriptFor('nginx'), cert, key })
    assert.equal(code, 0, out)
    assert.match(out, /get the certificate, then run this again: certbot certonly --nginx -d home\.example/)
    assert.match(out, /test is successful/)
    assert.match(out, /^2750 homebird (www-data|nginx)$/m)
  },
)

test('what it cannot do it says, and leaves no half of it', { skip: skipWith('caddy') }, async () => {
  const steps = `${LOOK}
look >"$GROUND/before"
cp /etc/ssh/sshd_config kept
echo 'Nonsense yes' >>/etc/ssh/sshd_config
sh ./script && exit 9
cp kept /etc/ssh/sshd_config
ls /etc/ssh/sshd_config.d | grep homebird && exit 9
sshd -t
userdel homebird
useradd --system homebird
sh ./script && exit 9
rm -rf /run/homebird
userdel homebird
mkdir /run/homebird
touch /run/homebird/something
sh ./script && exit 9
exit 0
`
  const { code, out } = await runOnServer(steps, { script: scriptFor('caddy') })
  assert.equal(code, 0, out)
  assert.match(out, /sshd finds fault with its configuration/)
  assert.match(out, /the account homebird is there already and serves something else/)
  assert.match(out, /\/run\/homebird is there already, and something is in it/)
})

test(
  'a web server that finds fault has what it had before, and a last line without an end stays a line',
  { skip: skipWith('caddy') },
  async () => {
    const steps = `
mkdir -p /etc/caddy
printf 'nonsense.example {\\n\\tno_such_word\\n}' >/etc/caddy/Caddyfile
cp /etc/caddy/Caddyfile kept
sh ./script && exit 9
cmp /etc/caddy/Caddyfile kept
[ ! -e /etc/caddy/homebird.caddy ]
printf ':2015 {\\n}\\n# the end' >/etc/caddy/Caddyfile
sh ./script
grep -qx '# the end' /etc/caddy/Caddyfile
grep -qx 'import homebird.caddy' /etc/caddy/Caddyfile
ls /etc/caddy | grep before && exit 9
exit 0
`
    const { code, out } = await runOnServer(steps, { script: scriptFor('caddy') })
    assert.equal(code, 0, out)
    assert.match(out, /caddy finds fault with its configuration \(see above\); nothing of it was changed/)
  },
)

test(
  'it says of which list of accounts it has to be, and is silent where it is of it',
  { skip: skipWith('caddy') },
  async () => {
    const steps = `
cp /etc/ssh/sshd_config kept
echo 'AllowUsers admin' >>/etc/ssh/sshd_config
sh ./script | tail -2
for line in 'AllowUsers admin home*' 'AllowGroups homebird' 'DenyUsers guest'; do
  { echo "$line"; cat kept; } >/etc/ssh/sshd_config
  sh ./script | tail -1 | grep -q 'done\\. Compare'
done
echo whole
`
    const { code, out } = await runOnServer(steps, { script: scriptFor('caddy') })
    assert.equal(code, 0, out)
    assert.match(out, /by its lists: allowusers\..*\n.*not reachable yet\. Compare[^]*\nwhole\n$/)
  },
)

test('the group is of whom nginx runs as, whatever else there is', { skip: skipWith('nginx') }, async () => {
  const steps = `
useradd --system --user-group webby
sed -i 's/^user .*;/user  webby;/' /etc/nginx/nginx.conf
sh ./script
stat -c '%a %U %G' /run/homebird/
`
  const { code, out } = await runOnServer(steps, { script: scriptFor('nginx') })
  assert.equal(code, 0, out)
  assert.match(out, /^2750 homebird webby$/m)
})

let server: ServerGround
const closers: (() => Promise<void>)[] = []

before(async () => {
  if (skipWith('caddy') !== false) return
  // Names of the server's own do not count there; what a name server would answer is given to it afterwards.
  const ready = `printf '127.0.1.1 ${HOST}\\n' >>/etc/hosts
sh ./script
printf '${PUBLIC} ${HOST}\\n' >>/var/lib/homebird-root/etc/hosts`
  server = await openServer(ready, { script: scriptFor('caddy') })
  closers.push(async () => server[Symbol.asyncDispose]())
})

after(async () => {
  for (const close of closers.toReversed()) await close()
})

/** What a thief of the key could do. */
async function openThief(): Promise<ssh.Client> {
  const client = new ssh.Client()
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  client.on('ready', () => resolve(undefined)).on('error', reject)
  client.connect({ host: '127.0.0.1', port: server.port, username: 'homebird', privateKey: OWN.private })
  await promise
  closers.push(async () => void client.end())
  return client
}

type Done = (error: Error | null | undefined, value?: unknown) => void

/** The reason why it is refused; a failed test where it is not. */
async function refusal(what: string, act: (done: Done) => unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    act((error) =>
      error instanceof Error ? resolve(error.message) : reject(new Error(`${what} is let through`)),
    )
  })
}

/** What a command brings back, and its end. */
async function outcome(
  client: ssh.Client,
  start: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
) {
  return new Promise<string>((resolve) => {
    start((error, channel) => {
      if (error !== undefined) return resolve(`refused: ${error.message}`)
      let out = ''
      let code: unknown = null
      channel.on('data', (bytes: Buffer) => (out += bytes.toString()))
      channel.on('exit', (given: unknown) => (code = given))
      channel.on('close', () => resolve(`ended ${String(code)}: ${out}`))
      return channel.end('echo mine\n')
    })
    client.once('close', () => resolve('closed'))
  })
}

test('the key opens no shell, runs nothing and copies nothing', { skip: skipWith('caddy') }, async () => {
  const thief = await openThief()
  assert.match(await outcome(thief, (done) => thief.exec('echo mine; id', done)), /^ended [1-9]\d*: $/)
  assert.match(await outcome(thief, (done) => thief.shell(false, done)), /^ended [1-9]\d*: $/)
  await refusal('a terminal', (done) => thief.shell({ term: 'xterm' }, done))
  await refusal('sftp', (done) => thief.sftp(done))
  await refusal('x11', (done) => thief.exec('true', { x11: true }, done))
})

test('it has nothing listen but the socket in its folder', { skip: skipWith('caddy') }, async () => {
  const thief = await openThief()
  for (const [host, port] of [
    ['127.0.0.1', 8_080],
    ['0.0.0.0', 0],
    ['localhost', 4_182],
    ['', 8_081],
  ] as const)
    await refusal(`${host}:${port}`, (done) => thief.forwardIn(host, port, done))
  for (const path of [
    '/tmp/x.sock',
    '/run/x.sock',
    '/x.sock',
    '/etc/x.sock',
    '/run/homebird/../x.sock',
    '/var/tmp/x',
    '/dev/shm/x',
  ])
    await refusal(path, (done) => thief.openssh_forwardInStreamLocal(path, done))
})

test('it leads nowhere but to the public name', { skip: skipWith('caddy') }, async (t) => {
  const other = createNetServer((socket) => socket.end('inside'))
  other.listen(0, '127.0.0.1')
  await until('it listens', async () => other.listening)
  t.after(() => other.close())
  const { port } = other.address() as AddressInfo
  const thief = await openThief()
  for (const [host, at] of [
    ['127.0.0.1', port],
    ['localhost', port],
    ['127.0.0.1', server.port],
    [HOST, 80],
    [HOST, 22],
    [PUBLIC, 443],
    ['169.254.169.254', 80],
  ] as const)
    await refusal(`${host}:${at}`, (done) => thief.forwardOut('127.0.0.1', 0, host, at, done))
  await refusal('a socket there', (done) =>
    thief.openssh_forwardOutStreamLocal('/run/homebird/home.sock', done),
  )
})

test(
  'the home holds its socket with it, and looks at its own name from there',
  { skip: skipWith('caddy') },
  async (t) => {
    const home = createServer((asked, answer) => asked.pipe(answer))
    home.listen(0, '127.0.0.1')
    const outside = createNetServer((socket) => socket.end('seen from there'))
    outside.listen(443, PUBLIC)
    await until('both listen', async () => home.listening && outside.listening)
    t.after(() => {
      home.close()
      outside.close()
    })
    const provider = new SshProvider(
      {
        server: { host: '127.0.0.1', port: server.port, user: 'homebird' },
        hostKey: await shownKey(),
        ownKey: async () => ({ privateKey: OWN.private, publicKey: OWN.public }),
        listen: [{ kind: 'socket', path: SOCKET }],
        openDoor: ({ addresses }) => new TargetDoor(addresses),
      },
      { ...SSH_LIMITS, closeMs: 500 },
    )
    assert.deepEqual(await provider.prepare(), [])
    const target: LocalTarget = {
      addresses: [{ kind: 'tcp', host: '127.0.0.1', port: (home.address() as AddressInfo).port }],
      publicHost: HOST,
    }
    // Twice, as when a connection was lost and has left its socket.
    for (let time = 0; time < 2; time += 1) {
      const stopping = new AbortController()
      const events: TunnelEvent[] = []
      const life = (async () => {
        for await (const event of provider.run(target, stopping.signal)) events.push(event)
      })()
      await until('it is connected', async () => {
        assert.ok(!events.some(({ type }) => type === 'lost'), `${JSON.stringify(events)} ${server.said()}`)
        return events.some(({ type }) => type === 'connected')
      })
      const place = server.inside(`/var/lib/homebird-root${SOCKET}`)
      assert.equal(statSync(place).mode & 0o777, 0o660)
      assert.equal(await post(place, 'hello'), 'hello')
      assert.equal(await text(await provider.vantage(HOST, 443)), 'seen from there')
      stopping.abort()
      await life
    }
  },
)

async function shownKey(): Promise<string> {
  const client = new ssh.Client()
  const { promise, resolve } = Promise.withResolvers<string>()
  client.on('error', () => undefined)
  client.connect({
    host: '127.0.0.1',
    port: server.port,
    username: 'homebird',
    hostVerifier: (key: Buffer) => {
      resolve(`SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`)
      return false
    },
  })
  return promise
}

async function post(socketPath: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, method: 'POST', path: '/' }, (answer) => resolve(text(answer)))
      .on('error', reject)
      .end(body)
  })
}
