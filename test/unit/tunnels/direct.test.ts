import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { PLAIN_BOX, SecretFolder } from '../../../server/core/secret-box.ts'
import { reachOf } from '../../../server/net/public-address.ts'
import { askUdp } from '../../../server/tunnels/direct/ask-udp.ts'
import { readAddressAnswer, readMapAnswer as readNatPmp } from '../../../server/tunnels/direct/nat-pmp.ts'
import { mappingSecretIn } from '../../../server/tunnels/direct/mapping-secret.ts'
import { PcpMapper, readMapAnswer as readPcp } from '../../../server/tunnels/direct/pcp.ts'
import {
  gatewayInPrint,
  gatewayInRoute,
  gatewayInTable,
  ownAddress,
} from '../../../server/tunnels/direct/router-place.ts'
import { listenForVisitors, remedyFor } from '../../../server/tunnels/direct/listen-for-visitors.ts'
import { readSeenAddress } from '../../../server/tunnels/direct/stun.ts'
import { readLocation } from '../../../server/tunnels/direct/upnp.ts'
import { readService, readWord } from '../../../server/tunnels/direct/upnp-xml.ts'

test('addresses that the world can reach are told from shared and private ones', () => {
  const reaches = (addresses: readonly string[]): string[] => addresses.map(reachOf)
  assert.deepEqual(reaches(['5.6.7.8', '93.184.216.34']), ['public', 'public'])
  assert.deepEqual(reaches(['100.64.0.1', '100.127.255.254']), ['shared', 'shared'])
  const others = [
    '10.0.0.1',
    '172.16.9.1',
    '192.168.1.1',
    '169.254.1.1',
    '127.0.0.1',
    '0.0.0.0',
    '192.0.2.1',
    '::1',
    '5.6.7',
    'x',
  ]
  assert.deepEqual(new Set(reaches(others)), new Set(['private']))
})

test('the router is found in what each system says of its routes', () => {
  const linux = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth0\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
  ]
  assert.equal(gatewayInTable(linux.join('\n')), '192.168.1.254')
  assert.equal(gatewayInTable(linux[0] ?? ''), null)
  assert.equal(
    gatewayInRoute('   route to: default\n    gateway: 192.168.178.1\n  interface: en0\n'),
    '192.168.178.1',
  )
  assert.equal(gatewayInRoute('gateway: link#14'), null)
  const windows = '          0.0.0.0          0.0.0.0      192.168.0.1    192.168.0.23     25\r\n'
  assert.equal(gatewayInPrint(windows), '192.168.0.1')
  assert.equal(gatewayInPrint('no routes'), null)
})

const NONCE = Buffer.alloc(12, 7)

function pcpAnswer(): Buffer {
  const answer = Buffer.alloc(60)
  answer[0] = 2
  answer[1] = 0x81
  answer.writeUInt32BE(7_200, 4)
  NONCE.copy(answer, 24)
  answer[36] = 6
  answer.writeUInt16BE(4_443, 40)
  answer.writeUInt16BE(443, 42)
  Buffer.from('00000000000000000000ffff05060708', 'hex').copy(answer, 44)
  return answer
}

test('an answer of PCP counts only where it is one to this very wish', () => {
  const grant = { externalPort: 443, externalAddress: '5.6.7.8', lifetimeSeconds: 7_200 }
  assert.deepEqual(readPcp(pcpAnswer(), NONCE, 4_443), { result: 0, grant })
  assert.equal(readPcp(pcpAnswer(), Buffer.alloc(12, 8), 4_443), null)
  assert.equal(readPcp(pcpAnswer(), NONCE, 4_444), null)
  assert.equal(readPcp(pcpAnswer().subarray(0, 59), NONCE, 4_443), null)
  const request = pcpAnswer()
  request[1] = 1
  assert.equal(readPcp(request, NONCE, 4_443), null)
  const endless = pcpAnswer()
  endless.writeUInt32BE(0xffff_ffff, 4)
  assert.equal(readPcp(endless, NONCE, 4_443)?.grant.lifetimeSeconds, 7 * 86_400)
})

test('an answer of NAT-PMP counts only where it is one to this very wish', () => {
  const answer = Buffer.from([0, 130, 0, 0, 0, 0, 0, 9, 0x11, 0x5b, 0x01, 0xbb, 0, 0, 2, 88])
  const grant = { externalPort: 443, externalAddress: null, lifetimeSeconds: 600 }
  assert.deepEqual(readNatPmp(answer, 4_443), { result: 0, grant })
  assert.equal(readNatPmp(answer, 4_444), null)
  assert.equal(readNatPmp(answer.subarray(0, 15), 4_443), null)
  assert.equal(readNatPmp(Buffer.from([0, 130, 0, 2]), 4_443)?.result, 2)
  assert.deepEqual(readAddressAnswer(Buffer.from([0, 128, 0, 0, 0, 0, 0, 9, 5, 6, 7, 8])), {
    address: '5.6.7.8',
  })
  assert.deepEqual(readAddressAnswer(Buffer.from([0, 128, 0, 3])), { address: '0.0.0.0' })
  assert.deepEqual(readAddressAnswer(Buffer.from([0, 128, 0, 1])), { address: null })
  for (const strange of [Buffer.alloc(0), Buffer.from([0, 128]), Buffer.from([2, 128, 0, 0])])
    assert.equal(readAddressAnswer(strange), null)
})

test('what the world sees is read out of an answer to this very question', () => {
  const transaction = Buffer.alloc(12, 3)
  const head = Buffer.from('010100182112a442', 'hex')
  // Another attribute, of a length that is padded, comes first.
  const other = Buffer.from('8022000361626300', 'hex')
  const mapped = Buffer.from('00200008000100002414a34a', 'hex')
  const answer = Buffer.concat([head, transaction, other, mapped])
  assert.equal(readSeenAddress(answer, transaction), '5.6.7.8')
  assert.equal(readSeenAddress(answer, Buffer.alloc(12, 4)), null)
  assert.equal(readSeenAddress(answer.subarray(0, 30), transaction), null)
  const endless = Buffer.concat([head, transaction, Buffer.from('8022ffff', 'hex')])
  assert.equal(readSeenAddress(endless, transaction), null)
})

test('who answers for the router without being it is not listened to', () => {
  const answer = (location: string): string => `HTTP/1.1 200 OK\r\nST: x\r\nLOCATION: ${location}\r\n\r\n`
  const router = '192.168.1.1'
  assert.equal(readLocation(answer('http://192.168.1.1:5000/d.xml'), router)?.port, '5000')
  const others = [
    'http://192.168.1.66/d.xml',
    'https://192.168.1.1/d.xml',
    'http://192.168.1.1@evil.example/d.xml',
    'http://user:word@192.168.1.1/d.xml',
    'file:///etc/passwd',
    `http://192.168.1.1/${'x'.repeat(400)}`,
  ]
  for (const other of others) assert.equal(readLocation(answer(other), router), null, other)
  assert.equal(readLocation('NOTIFY * HTTP/1.1\r\nLOCATION: http://192.168.1.1/\r\n\r\n', router), null)
})

test('a router’s description is read for the service that opens ports, and no entity is taken from it', () => {
  const service = (version: number, url: string): string =>
    `<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:${version}</serviceType><controlURL>${url}</controlURL></service>`
  const document = (inner: string, before = ''): string =>
    `<?xml version="1.0"?>${before}<root xmlns="urn:schemas-upnp-org:device-1-0"><device><serviceList>${inner}</serviceList></device></root>`
  assert.deepEqual(readService(document(service(1, '/one') + service(2, '/two'))), {
    type: 'urn:schemas-upnp-org:service:WANIPConnection:2',
    controlUrl: '/two',
  })
  assert.equal(readService(document('')), null)
  assert.equal(readService(document(service(1, '/x'), '<!DOCTYPE root [<!ENTITY a "b">]>')), null)
  assert.equal(readService('<root><device>'), null)
  assert.equal(readService('<a>'.repeat(100) + '</a>'.repeat(100)), null)
  const fault =
    '<s:Envelope xmlns:s="x"><s:Body><e:errorCode xmlns:e="y"> 718 </e:errorCode></s:Body></s:Envelope>'
  assert.equal(readWord(fault, 'errorCode'), '718')
  assert.equal(readWord('not xml', 'errorCode'), null)
})

test('a question over UDP is asked again, and answered by nobody else than who was asked', async (t) => {
  const server = createSocket('udp4').bind(0, '127.0.0.1')
  const stranger = createSocket('udp4').bind(0, '127.0.0.1')
  t.after(() => (server.close(), stranger.close()))
  await Promise.all([once(server, 'listening'), once(stranger, 'listening')])
  let asked = 0
  server.on('message', (_question, from) => {
    asked += 1
    stranger.send('of a stranger', from.port, from.address)
    if (asked === 2) server.send('of the router', from.port, from.address)
  })
  const read = (answer: Buffer): string => answer.toString()
  const { port } = server.address()
  const question = { host: '127.0.0.1', port, packet: Buffer.from('?'), limitMs: 10_000, read }
  assert.equal(await askUdp(question), 'of the router')
  assert.equal(await askUdp({ ...question, limitMs: 20, read: () => null }), null)
  // Where no packet may go, nobody is waited for.
  assert.equal(await askUdp({ ...question, host: '255.255.255.255' }), null)
  assert.equal(await ownAddress('255.255.255.255'), null)
})

test('a port that cannot be had is told with a remedy that is heard there', async (t) => {
  const listener = await listenForVisitors({ port: 0, isSetting: true }, (visitor) => visitor.destroy())
  t.after(async () => listener.close())
  const taken = async (isSetting: boolean): Promise<unknown> =>
    listenForVisitors({ port: listener.port, isSetting }, (visitor) => visitor.destroy())
  await assert.rejects(
    taken(true),
    /EADDRINUSE.*end what has it, or set HOMEBIRD_TUNNEL_DIRECT_PORT to another/,
  )
  await assert.rejects(
    taken(false),
    /end what has it, or lead port \d+ .* set HOMEBIRD_TUNNEL_ROUTER to none/,
  )
  const forbidden = Object.assign(new Error('no'), { code: 'EACCES' })
  assert.match(
    remedyFor({ port: 443, isSetting: false }, forbidden),
    /^let this account have it .*=443\), or lead port 443 .* set HOMEBIRD_TUNNEL_ROUTER to none$/,
  )
})

test('a router knows this home again after a start, and nobody else by what it was told', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const router = createSocket('udp4')
  t.after(() => router.close())
  const nonces: string[] = []
  router.on('message', (asked, from) => {
    nonces.push(asked.toString('hex', 24, 36))
    const answer = Buffer.from(asked)
    answer[1] = 0x81
    answer[3] = 0
    router.send(answer, from.port, from.address)
  })
  router.bind(0, '127.0.0.1')
  await once(router, 'listening')
  const { port } = router.address()
  const wish = { own: '127.0.0.1', internalPort: 4_443, externalPort: 443, lifetimeSeconds: 600 }
  const map = async (changes: Partial<typeof wish> = {}): Promise<string> => {
    const mapper = new PcpMapper(
      '127.0.0.1',
      await mappingSecretIn(new SecretFolder(folder, PLAIN_BOX)),
      port,
    )
    await mapper.map({ ...wish, ...changes })
    return nonces.at(-1) ?? ''
  }
  const first = await map()
  assert.equal(await map(), first)
  assert.notEqual(await map({ internalPort: 4_444 }), first)
  assert.notEqual(await map({ own: '127.0.0.2' }), first)
  const file = join(folder, 'tunnel_mapping')
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
  writeFileSync(file, 'half')
  assert.notEqual(await map(), first, 'what is damaged is made anew')
})
