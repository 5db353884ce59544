import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type Permission,
  type PushBrowser,
  beginPush,
  changePush,
  endPush,
  readPushDevice,
} from '../../../../renderer/stores/push-device.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'

const OWN = { endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } }

/** A browser that was not asked yet, and says what it is told to say. */
function browser(answer: Permission) {
  const state = { permission: 'default' as Permission, isSubscribed: false }
  const port: PushBrowser = {
    permission: () => state.permission,
    ask: async () => (state.permission = answer),
    find: async () => (state.isSubscribed ? OWN : null),
    subscribe: async () => {
      state.isSubscribed = true
      return OWN
    },
    unsubscribe: async () => void (state.isSubscribed = false),
  }
  return { state, port }
}

/** A home that keeps one subscription. */
async function openHome(t: TestContext) {
  let kept: { endpoint: string; alerts: object } | null = null
  return openScriptedApi(t, ({ method, path, body }) => {
    if (path === '/api/v2/instance') return { body: { configuration: { vapid: { public_key: 'k' } } } }
    const { subscription, data } = (body ?? {}) as {
      subscription?: { endpoint: string }
      data?: { alerts: object }
    }
    if (method === 'DELETE') kept = null
    else if (method === 'POST') kept = { endpoint: subscription?.endpoint ?? '', alerts: data?.alerts ?? {} }
    else if (method === 'PUT' && kept !== null) kept = { ...kept, alerts: data?.alerts ?? {} }
    return kept === null ? { status: method === 'DELETE' ? 200 : 404, body: {} } : { body: kept }
  })
}

test('push begins with the kinds that matter, changes kind by kind, and ends', async (t) => {
  const { api } = await openHome(t)
  const { port, state } = browser('granted')
  assert.deepEqual(await readPushDevice(api, port), { state: 'off', alerts: {} })
  const begun = await beginPush(api, port)
  assert.deepEqual([begun.state, begun.alerts.mention, begun.alerts.reblog], ['on', true, undefined])
  await changePush(api, { ...begun.alerts, reblog: true, mention: false })
  const { alerts } = await readPushDevice(api, port)
  assert.deepEqual([alerts.reblog, alerts.mention, alerts.follow], [true, false, true])
  assert.equal((await endPush(api, port)).state, 'off')
  assert.equal(state.isSubscribed, false)
})

test('who says no is not subscribed, and is told why the switch does not move', async (t) => {
  const { api } = await openHome(t)
  const { port } = browser('denied')
  assert.equal((await beginPush(api, port)).state, 'denied')
  assert.equal((await readPushDevice(api, port)).state, 'denied')
})
