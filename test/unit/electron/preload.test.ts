import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { registerHooks } from 'node:module'
import { suite, test } from 'node:test'
import type { DesktopBridge, WindowCommand } from '../../../server/contracts/desktop-bridge.ts'

/** What a preload may take of Electron, and what crosses to the page. */
class RendererDouble extends EventEmitter {
  readonly asked: unknown[][] = []
  readonly told: unknown[][] = []
  readonly exposed = new Map<string, unknown>()
  reply: unknown = { ok: true, value: null }

  readonly contextBridge = {
    exposeInMainWorld: (name: string, value: unknown) => this.exposed.set(name, value),
  }
  readonly ipcRenderer = Object.assign(this, {
    invoke: async (...message: unknown[]): Promise<unknown> => {
      this.asked.push(message)
      return this.reply
    },
    send: (...message: unknown[]) => void this.told.push(message),
  })
}

const HOLDER = Symbol.for('homebird.test.electron')
const MODULE = `data:text/javascript,${encodeURIComponent(
  "export const { contextBridge, ipcRenderer } = globalThis[Symbol.for('homebird.test.electron')] //",
)}`

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: `${MODULE}${Math.random()}`, shortCircuit: true }
      : next(specifier, context),
})

/** The script as it runs in a window, anew each time. */
async function runPreload(facts: object): Promise<{ renderer: RendererDouble; bridge: DesktopBridge }> {
  const renderer = new RendererDouble()
  Reflect.set(globalThis, HOLDER, renderer)
  process.argv.push(`--homebird-facts=${JSON.stringify(facts)}`)
  try {
    await import(`../../../electron/preload/preload.ts?${Math.random()}`)
  } finally {
    process.argv.pop()
  }
  assert.deepEqual([...renderer.exposed.keys()], ['homebirdDesktop'])
  return { renderer, bridge: renderer.exposed.get('homebirdDesktop') as DesktopBridge }
}

suite('the preload of the main window', () => {
  test('asks by name, and gives the page values or sentences', async () => {
    const { renderer, bridge } = await runPreload({ hasLogin: true, hasSpelling: true })
    renderer.reply = { ok: true, value: true }
    assert.equal(await bridge.keepsRunning.isOn(), true)
    await bridge.login?.setOn(false)
    await bridge.spelling?.choose(['de'])
    bridge.setWriting(true)
    assert.deepEqual(renderer.asked, [
      ['main:keeps-running.is-on'],
      ['main:login.set-on', false],
      ['main:spelling.choose', ['de']],
    ])
    assert.deepEqual(renderer.told, [['main:set-writing', true]])
    renderer.reply = { ok: false, message: 'The system refused.' }
    await assert.rejects(bridge.updates.check(), /^Error: The system refused\.$/)
  })

  test('has not what the system has not', async () => {
    const { bridge } = await runPreload({ hasLogin: false, hasSpelling: 'yes' })
    assert.equal(bridge.login, null)
    assert.equal(bridge.spelling, null)
  })

  test('commands come without the message they came by, after the shell was told that the page listens', async () => {
    const { renderer, bridge } = await runPreload({})
    const heard: unknown[][] = []
    const end = bridge.onCommand((...args: [WindowCommand]) => heard.push(args))
    assert.deepEqual(renderer.told, [['main:listens']])
    renderer.emit('main:command', { sender: 'everything' }, { kind: 'find' })
    end()
    renderer.emit('main:command', { sender: 'everything' }, { kind: 'back' })
    assert.deepEqual(heard, [[{ kind: 'find' }]])
    const states: unknown[][] = []
    bridge.updates.onState((...args) => states.push(args))()
    assert.equal(renderer.listenerCount('main:updates-state'), 0)
  })

  test('nothing of Electron crosses', async () => {
    const { bridge, renderer } = await runPreload({ hasLogin: true, hasSpelling: true })
    const seen = new Set<unknown>()
    const look = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return
      seen.add(value)
      assert.notEqual(value, renderer)
      assert.equal(Object.getPrototypeOf(value), Object.prototype)
      for (const inner of Object.values(value)) look(inner)
    }
    look(bridge)
    assert.ok(seen.size > 4)
  })
})
