/** What is generated for the other end: no value can end a quote or a line of it, and what cannot be written is refused with the remedy. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  EDGE_KINDS,
  EDGE_USES,
  type EdgeGuide,
  REDIRECT_HOSTS,
} from '../../../../server/contracts/edge-files.ts'
import { type Config, loadConfig } from '../../../../server/core/config.ts'
import { HomebirdError } from '../../../../server/core/errors.ts'
import { edgeGuide } from '../../../../server/domain/edge-files/edge-guide.ts'
import { redirectGuide } from '../../../../server/domain/edge-files/redirects.ts'
import { type ScriptFacts, serverScript } from '../../../../server/domain/edge-files/server-script.ts'

const HOST = 'home.example'
const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'J'.repeat(43)} homebird`
const config = (env: Record<string, string> = {}): Config => loadConfig({ env }).config
const plain = config()

/** Each ends something in one of the languages, or is taken for something else there. */
const HOSTILE = [
  '',
  ' ',
  'a',
  'a.example;',
  'a.example}',
  'a.example{',
  'a.example"',
  "a.example'",
  'a.example\\',
  'a.example\n}',
  'a.example\r',
  'a.example\0',
  'a.example #',
  '$(id).example',
  '`id`.example',
  '${host}.example',
  '%[src].example',
  '{{a}}.example',
  '{env.HOME}.example',
  'a.example/../b',
  '*.example',
  '.example',
  '-a.example',
  'A.example',
  'a..example',
  'münchen.example',
  'a.example:443',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(130)}example`,
  'HOMEBIRD_END',
  'a.example\nHOMEBIRD_END\nid',
]

const refused = (act: () => unknown, what: string): void =>
  assert.throws(act, (error) => error instanceof HomebirdError && error.code === 'UNPROCESSABLE', what)

function everyGuide(settings: Config, hosts: readonly string[]): EdgeGuide[] {
  return EDGE_KINDS.flatMap((edge) =>
    EDGE_USES.flatMap((use) => {
      const isPassing = edge === 'nginx' || edge === 'haproxy'
      if (use === 'passthrough' && !isPassing) {
        refused(() => edgeGuide(edge, use, settings, hosts), edge)
        return []
      }
      return [edgeGuide(edge, use, settings, hosts)]
    }),
  )
}

test('every edge has its files in every use it can serve in, and what is to be run', () => {
  for (const { edge, use, files, commands } of everyGuide(plain, [HOST, 'b.example'])) {
    assert.ok(files.length > 0, `${edge} ${use}`)
    const isSheet = ['cloudflare', 'bunny', 'fastly'].includes(edge)
    for (const { text, mode } of files) {
      assert.match(mode, /^0[0-7]{3}$/)
      assert.ok(text.endsWith('\n'), `${edge} ${use}`)
      assert.doesNotMatch(text, /undefined|\[object|NaN/)
    }
    if (isSheet) assert.match(files[0]?.text ?? '', /## Now press Check\n/)
    else
      assert.ok(commands.length > 0 && files.some(({ text }) => text.includes('b.example')), `${edge} ${use}`)
    const believes = commands.includes('homebird tunnel set clientAddress header:x-forwarded-for')
    assert.equal(believes, use === 'manual', `${edge} ${use}`)
  }
})

test('no host gets into a file that is none', () => {
  for (const host of HOSTILE) {
    for (const edge of EDGE_KINDS)
      for (const use of EDGE_USES)
        refused(() => edgeGuide(edge, use, plain, [HOST, host]), `${edge} ${use} ${JSON.stringify(host)}`)
    const scripted = { ...SCRIPT, hosts: [host] }
    refused(() => serverScript('caddy', 'ssh', plain, scripted), JSON.stringify(host))
    for (const kind of REDIRECT_HOSTS) {
      refused(() => redirectGuide(kind, [{ domain: host, serviceHost: HOST }]), JSON.stringify(host))
      refused(() => redirectGuide(kind, [{ domain: HOST, serviceHost: host }]), JSON.stringify(host))
    }
  }
})

test('no path, header or port gets into a file that is none', () => {
  const paths = [
    '/run/a b/x',
    '/run/a;b/x',
    '/run/"a/x',
    '/run/../etc/x',
    '/run/a\n/x',
    'run/a/x',
    `/run/${'a'.repeat(110)}`,
  ]
  for (const path of paths) {
    const settings = { ...plain, tunnelListen: [{ kind: 'socket' as const, path }] }
    for (const edge of ['caddy', 'nginx', 'haproxy', 'varnish'] as const)
      refused(() => edgeGuide(edge, 'ssh', settings, [HOST]), path)
  }
  for (const name of ['x-a b', 'x\n', 'X-A', '', 'x;'])
    refused(
      () =>
        edgeGuide('nginx', 'manual', { ...plain, clientAddress: { kind: 'header', name, peers: [] } }, [
          HOST,
        ]),
      name,
    )
  refused(() => edgeGuide('nginx', 'manual', { ...plain, tunnelPort: 0 }, [HOST]), 'port')
  refused(() => edgeGuide('nginx', 'manual', { ...plain, bind: '127.0.0.1;' }, [HOST]), 'bind')
})

test('whatever a secret is made of, it stands in a file as letters, digits and numbers of signs', () => {
  const every = String.fromCharCode(...Array.from({ length: 0x7e - 0x20 }, (_, index) => 0x21 + index))
  for (const kind of ['nginx', 'varnish'] as const) {
    const settings = config({
      HOMEBIRD_CDN: kind,
      HOMEBIRD_CDN_PURGE_URL: 'http://127.0.0.1:6081',
      HOMEBIRD_CDN_PURGE_TOKEN: every,
    })
    const [file] = edgeGuide(kind, 'ssh', settings, [HOST]).files
    const [, pattern = ''] = /"~?(\^[^"\n]{100,})"/.exec(file?.text ?? '') ?? []
    assert.match(pattern, /^\^(?:[A-Za-z0-9]|\\x[0-9a-f]{2})+\\z$/)
    const matched = new RegExp(pattern.replace('\\z', '$'), 'u')
    assert.ok(matched.test(every) && !matched.test(`${every}x`) && !matched.test(every.slice(1)))
    assert.doesNotMatch(file?.mode ?? '', /[4-7]$/, 'a file with a secret is not for everybody')
  }
})

test('what cannot be is refused with the way out', () => {
  const says = (act: () => unknown, words: RegExp): void => assert.throws(act, { message: words })
  says(() => edgeGuide('caddy', 'ssh', plain, []), /no address yet.*homebird domain publish/)
  says(() => edgeGuide('caddy', 'passthrough', plain, [HOST]), /take haproxy or nginx/)
  says(() => edgeGuide('nginx', 'ssh', plain, ['home.example:8443']), /a port of its own/)
  const preamble = config({ HOMEBIRD_CLIENT_ADDRESS: 'proxy' })
  says(() => edgeGuide('nginx', 'manual', preamble, [HOST]), /header:x-forwarded-for/)
  assert.match(edgeGuide('haproxy', 'manual', preamble, [HOST]).files[1]?.text ?? '', /send-proxy-v2/)
  says(() => redirectGuide('nginx', [{ domain: HOST, serviceHost: HOST }]), /no website has to send/)
  says(() => serverScript('caddy', 'manual', plain, SCRIPT), /the use is ssh or passthrough/)
  says(() => serverScript('bunny', 'ssh', plain, SCRIPT), /take caddy, nginx, haproxy or varnish/)
})

test('Varnish stays in the foreground of its service, and what ends TLS before it lets the secret through to it alone', () => {
  const told = config({
    HOMEBIRD_CDN: 'varnish',
    HOMEBIRD_CDN_PURGE_URL: `https://${HOST}`,
    HOMEBIRD_CDN_PURGE_TOKEN: 'a-secret-of-many-letters',
  })
  const textOf = (settings: Config, edge: 'varnish' | 'caddy', name: string): string =>
    edgeGuide(edge, 'ssh', settings, [HOST]).files.find((file) => file.name === name)?.text ?? ''
  const service = textOf(told, 'varnish', 'homebird.conf')
  assert.match(service, /\nType=simple\nExecStart=\nExecStart=\S+ -j unix,user=vcache -F -a /)
  assert.match(
    textOf(told, 'varnish', 'homebird.vcl'),
    /HOMEBIRD_CDN_PURGE_URL=https:\/\/home\.example there/,
  )
  const strips = /header_up -X-Homebird-Purge/
  assert.doesNotMatch(textOf(told, 'varnish', 'homebird.caddy'), strips)
  assert.match(
    textOf(plain, 'varnish', 'homebird.caddy'),
    strips,
    'without a secret nobody outside is believed',
  )
  assert.match(textOf(told, 'caddy', 'homebird.caddy'), strips, 'the home itself believes nobody')
})

test('what is run never runs two lines together, and the whole of HAProxy is looked at and copied before it is replaced', () => {
  for (const { commands } of everyGuide(plain, [HOST]))
    for (const command of commands) assert.doesNotMatch(command, /\becho\b.*>>/)
  for (const use of ['ssh', 'passthrough'] as const) {
    const { commands } = edgeGuide('haproxy', use, plain, [HOST])
    const at = (start: string): number => commands.findIndex((command) => command.startsWith(start))
    const replaced = 'haproxy -c -f haproxy.cfg && install -D -m 0644 haproxy.cfg /etc/haproxy/haproxy.cfg'
    assert.ok(at(replaced) > at('test -e /etc/haproxy/haproxy.cfg.before-homebird || cp -p '), use)
    assert.ok(at('test -e /etc/haproxy/haproxy.cfg.before-homebird') >= 0, use)
    assert.equal(commands.filter((command) => command.includes(' /etc/haproxy/haproxy.cfg')).length, 2, use)
  }
})

const SCRIPT: ScriptFacts = {
  account: 'homebird',
  publicKey: KEY,
  hosts: [HOST],
  listens: [{ kind: 'socket', path: '/run/homebird/home.sock' }],
}

test('the script takes no account, key or socket that could be something else to a shell or to sshd', () => {
  const bad: Partial<ScriptFacts>[] = [
    { account: 'root' },
    { account: 'a b' },
    { account: 'a;id' },
    { account: '-a' },
    { account: 'A' },
    { account: '' },
    { publicKey: '' },
    { publicKey: `${KEY}\ncommand="id"` },
    { publicKey: `command="id" ${KEY}` },
    { publicKey: `ssh-ed25519 ${'A'.repeat(60)} a b` },
    { listens: [{ kind: 'socket', path: '/etc/ssh/x' }] },
    { listens: [{ kind: 'socket', path: '/run/x.sock' }] },
    { listens: [{ kind: 'socket', path: '/run/../x' }] },
    { listens: [{ kind: 'socket', path: '/run/a/$(id)' }] },
    {
      listens: [
        { kind: 'socket', path: '/run/a/x' },
        { kind: 'socket', path: '/run/b/x' },
      ],
    },
    { hosts: [] },
  ]
  for (const one of bad)
    refused(() => serverScript('caddy', 'ssh', plain, { ...SCRIPT, ...one }), JSON.stringify(one))
  const ported = { ...SCRIPT, listens: [{ kind: 'tcp', host: '127.0.0.1', port: 4_182 }] } as const
  const [script] = serverScript('caddy', 'ssh', plain, ported).files
  assert.match(script?.text ?? '', /PermitListen 127\.0\.0\.1:4182\n[^]*AllowStreamLocalForwarding no/)
})
