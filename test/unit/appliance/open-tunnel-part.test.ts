import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openGround } from '../../../server/appliance/ground.ts'
import { openTunnelPart } from '../../../server/appliance/open-tunnel-part.ts'
import { testDataDir } from '../../support/test-ground.ts'

test('a token that is given or taken back counts, whatever a command had kept before', async (t) => {
  const sources = { env: { HOMEBIRD_DATA_DIR: testDataDir(t, 'home') } }
  const { ground } = await openGround(sources, async () => undefined)
  try {
    ground.store.saveSetting('tunnelToken', 'kept by a command')
    const unused = (): never => {
      throw new Error('nothing is started')
    }
    const part = openTunnelPart({
      ground,
      sources,
      servers: 0,
      launch: unused,
      keep: unused,
      notice: unused,
      server: () => null,
    })
    const hasToken = async (tunnelToken: string | null): Promise<unknown> => {
      await part.answer({ kind: 'tunnel_settings', changes: { tunnelToken } })
      return part.settings()['tunnelToken']
    }
    assert.equal(await hasToken('given in the window'), true)
    assert.equal(ground.store.settings().tunnelToken, undefined)
    assert.equal(await hasToken(null), false)
  } finally {
    ground.release()
  }
})
