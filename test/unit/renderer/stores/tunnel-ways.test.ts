import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FINDING_CODES, TUNNEL_KINDS, type TunnelSettingValue } from '../../../../server/contracts/tunnel.ts'
import { agoWords } from '../../../../renderer/formatting/ago.ts'
import { tunnelSentence, tunnelTone } from '../../../../renderer/formatting/tunnel-sentence.ts'
import { createText } from '../../../../renderer/i18n/i18n.ts'
import {
  TUNNEL_WAYS,
  asksPassword,
  changesFor,
  fieldsOf,
  linesOfList,
  listOfLines,
  offeredWays,
  refusedName,
  valuesOf,
  wayOf,
} from '../../../../renderer/stores/tunnel-ways.ts'

const LOCALES = join(import.meta.dirname, '..', '..', '..', '..', 'renderer', 'locales')

const VARIABLES = {
  tunnel: 'HOMEBIRD_TUNNEL',
  tunnelServer: 'HOMEBIRD_TUNNEL_SERVER',
  tunnelHostKey: 'HOMEBIRD_TUNNEL_HOST_KEY',
  tunnelListen: 'HOMEBIRD_TUNNEL_LISTEN',
  tunnelCommand: 'HOMEBIRD_TUNNEL_COMMAND',
  tunnelToken: 'HOMEBIRD_TUNNEL_TOKEN',
} as const

function values(kept: Readonly<Record<string, string>> = {}) {
  return valuesOf(
    Object.entries(VARIABLES).map(([name, variable]): TunnelSettingValue => {
      const isSecret = name === 'tunnelToken'
      const value = kept[name] ?? (name === 'tunnel' ? 'none' : '')
      return {
        name,
        variable,
        default: '',
        isSecret,
        needsPassword: name === 'tunnelCommand',
        isSet: value !== '',
        value: isSecret ? '' : value,
      }
    }),
  )
}

test('every kind that the home knows is a way that is offered, and none besides', () => {
  const all = values()
  const kinds = new Set(Object.values(TUNNEL_WAYS).map(({ kind }): string => kind))
  for (const kind of TUNNEL_KINDS) assert.ok(kinds.has(kind), kind)
  assert.deepEqual(offeredWays(all, ['none', 'command']), ['none', 'command'])
})

test('the form asks for what the home has of a way, and for all of a way that is newer than the window', () => {
  const names = (way: string): string[] => {
    const { fields, more } = fieldsOf(way, values())
    return [...fields, ...more].map(({ name }) => name)
  }
  assert.deepEqual(names('ssh'), ['tunnelServer', 'tunnelListen'])
  assert.deepEqual(names('none'), [])
  assert.deepEqual(names('carrier-pigeon'), Object.keys(VARIABLES).slice(1))
  assert.equal(wayOf(values({ tunnel: 'carrier-pigeon' })), 'carrier-pigeon')
})

test('what is sent is what differs: the kind, the fields of the way, and nothing that was typed for another', () => {
  const typed = { tunnelServer: ' a@host.example ', tunnelCommand: 'frpc' }
  assert.deepEqual(changesFor('ssh', typed, values()), [
    { name: 'tunnelServer', value: 'a@host.example' },
    { name: 'tunnel', value: 'ssh' },
  ])
  const kept = values({ tunnel: 'ssh', tunnelServer: 'a@host.example' })
  assert.deepEqual(changesFor('ssh', { tunnelServer: 'a@host.example' }, kept), [])
  assert.deepEqual(changesFor('ssh', { tunnelListen: '' }, kept), [])
})

test('the key of one server is not trusted for another', () => {
  const kept = values({ tunnel: 'ssh', tunnelServer: 'a@host.example', tunnelHostKey: 'SHA256:a' })
  assert.deepEqual(changesFor('ssh', { tunnelServer: 'a@other.example' }, kept), [
    { name: 'tunnelServer', value: 'a@other.example' },
    { name: 'tunnelHostKey', value: null },
  ])
})

test('a secret that is kept stays while nothing is typed, and a program is kept as a list', () => {
  const kept = values({ tunnel: 'command', tunnelCommand: '["frpc","-c"]', tunnelToken: 'secret' })
  assert.deepEqual(changesFor('command', { tunnelToken: '' }, kept), [])
  assert.deepEqual(changesFor('command', { tunnelCommand: 'frpc\n\n -c \n/etc/a b' }, kept), [
    { name: 'tunnelCommand', value: '["frpc","-c","/etc/a b"]' },
  ])
  assert.equal(linesOfList('["frpc","-c"]'), 'frpc\n-c')
  assert.equal(linesOfList('not a list'), 'not a list')
  assert.equal(listOfLines(' \n'), '')
})

test('a refusal is told at the field whose variable it names, and at no other whose name begins alike', () => {
  const all = values()
  assert.equal(refusedName('HOMEBIRD_TUNNEL_SERVER is "x", but it must …', all), 'tunnelServer')
  assert.equal(refusedName('HOMEBIRD_TUNNEL is "x"', all), 'tunnel')
  assert.equal(refusedName('The home cannot do this right now.', all), null)
})

test('the sentence of the way in says when it was proven, and only of what is proven', () => {
  const messages = {
    'tunnel_state.none': 'none',
    'tunnel_state.waiting': 'waiting',
    'tunnel_state.verified': 'reachable',
    'tunnel_state.proven': ['reachable, proven ', ['ago']] as never,
  }
  const t = createText('en', messages)
  const now = new Date('2026-03-01T12:00:25Z')
  const proof = { source: 'loop', at: '2026-03-01T12:00:00Z', ms: 40 } as const
  assert.match(tunnelSentence(t, { state: 'verified', proof }, now), /^reachable, proven .*20 sec\. ago/)
  assert.equal(tunnelSentence(t, { state: 'waiting', proof }, now), 'waiting')
  assert.equal(tunnelSentence(t, { state: 'verified', proof: null }, now), 'reachable')
  assert.equal(tunnelSentence(t, null, now), 'none')
  assert.deepEqual([tunnelTone(null), tunnelTone({ state: 'blocked', proof: null })], ['quiet', 'bad'])
})

test('how long ago goes by tens of seconds, then by the largest unit that fits; what is to come is now', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const ago = (seconds: number, locale = 'en'): string =>
    agoWords(locale, new Date(now.getTime() - seconds * 1_000), now)
  assert.deepEqual(
    [-5, 4, 29, 130, 7_300].map((seconds) => ago(seconds)),
    ['now', 'now', '20 sec. ago', '2 min. ago', '2 hr. ago'],
  )
  assert.equal(ago(20, 'de'), 'vor 20 Sek.')
})

test('the password is asked for where a value says what is run on the computer, and not to take one back', () => {
  const kept = values({ tunnelCommand: '["frpc"]' })
  assert.equal(asksPassword([{ name: 'tunnelCommand', value: '["frpc","-c","x"]' }], kept), true)
  assert.equal(asksPassword([{ name: 'tunnelCommand', value: null }], kept), false)
  assert.equal(asksPassword([{ name: 'tunnelServer', value: 'a@host.example' }], kept), false)
})

test('whatever stands in the way before the first attempt has words, but for the key that has a place of its own', () => {
  for (const locale of ['en', 'de', 'ar']) {
    const words = JSON.parse(readFileSync(join(LOCALES, locale, 'address.json'), 'utf8')) as Readonly<
      Record<string, string>
    >
    for (const code of FINDING_CODES) {
      const isShownElsewhere = code === 'HOST_KEY_UNKNOWN'
      assert.equal(words[`tunnel_finding.${code}`] === undefined, isShownElsewhere, `${locale} ${code}`)
    }
  }
})
