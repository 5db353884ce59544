import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SettingType } from '../../../server/core/setting-types.ts'
import { TUNNEL_SETTINGS } from '../../../server/core/tunnel-settings.ts'

const WRITTEN = {
  tunnel: 'ssh',
  tunnelServer: 'homebird@host.example:2222',
  tunnelHostKey: `SHA256:${'a'.repeat(43)}`,
  tunnelListen: '/run/homebird/home.sock,[::1]:4180,127.0.0.1:4180',
  clientAddress: 'header:x-forwarded-for',
  trustedProxies: '127.0.0.0/8,::1/128',
} as const satisfies Partial<Record<keyof typeof TUNNEL_SETTINGS, string>>

test('what is kept of the way in is shown as it was written, so that it can be written again', () => {
  for (const [name, raw] of Object.entries(WRITTEN)) {
    const type = TUNNEL_SETTINGS[name as keyof typeof WRITTEN].type as SettingType<unknown>
    const value = type.parse(raw)
    assert.equal(type.show?.(value) ?? value, raw, name)
  }
  const { type } = TUNNEL_SETTINGS.tunnelServer
  assert.equal(type.show?.(type.parse('')), '')
})
