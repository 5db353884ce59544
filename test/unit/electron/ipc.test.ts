import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { suite, test } from 'node:test'
import { type DesktopOffers, openDesktopBridge } from '../../../electron/ipc/desktop-bridge.ts'
import { type Ipc, isBoolean, isText, isTextList, openIpc } from '../../../electron/ipc/handle.ts'

/** Stands in for Electron's `ipcMain`: brings messages as pages send them. */
class IpcMainDouble extends EventEmitter {
  readonly #handlers = new Map<string, (event: unknown, ...args: unknown[]) => unknown>()

  handle(channel: string, handler: (event: unknown, ...args: unknown[]) => unknown): void {
    this.#handlers.set(channel, handler)
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel)
  }

  async invoke(channel: string, event: unknown, ...args: unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel)
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return handler(event, ...args)
  }
}

interface Frame {
  readonly url: string
  readonly parent: Frame | null
  readonly processId: number
  readonly routingId: number
}

class Contents extends EventEmitter {
  readonly sent: unknown[][] = []
  readonly id: number
  readonly mainFrame: Frame

  constructor(id: number, url: string) {
    super()
    this.id = id
    this.mainFrame = { url, parent: null, processId: id, routingId: 1 }
  }

  send(...message: unknown[]): void {
    this.sent.push(message)
  }
}

const messageFrom = (sender: Contents, senderFrame: Frame | null = sender.mainFrame): unknown => ({
  sender,
  senderFrame,
})

const PAGE = new Contents(1, 'app://homebird/settings/startup')
const STARTUP = new Contents(2, 'app://start/')

function openDesk(): { ipcMain: IpcMainDouble; ipc: Ipc; notices: string[] } {
  const ipcMain = new IpcMainDouble()
  const notices: string[] = []
  const roles = new Map<number, 'main' | 'start'>([
    [1, 'main'],
    [2, 'start'],
    [4, 'main'],
  ])
  const ipc = openIpc({ ipcMain } as never, {
    roleOf: (id) => roles.get(id) ?? null,
    noticed: (text) => notices.push(text),
  })
  return { ipcMain, ipc, notices }
}

suite('messages of pages', () => {
  test('only the page itself of a window of that role is answered', async () => {
    const { ipcMain, ipc, notices } = openDesk()
    const asked: unknown[] = []
    ipc.answer('main', 'name', [isText(5)], (sender, name) => {
      asked.push([sender.id, name])
      return 'yes'
    })
    assert.deepEqual(await ipcMain.invoke('main:name', messageFrom(PAGE), 'ana'), { ok: true, value: 'yes' })
    const frame: Frame = { ...PAGE.mainFrame, routingId: 2, parent: PAGE.mainFrame }
    const wrong = [
      messageFrom(PAGE, null),
      messageFrom(PAGE, frame),
      // A frame that says it has no parent, and is not the page.
      messageFrom(PAGE, { ...PAGE.mainFrame, routingId: 2 }),
      messageFrom(STARTUP),
      messageFrom(new Contents(3, 'app://homebird/home')),
      messageFrom(new Contents(4, 'https://evil.example/')),
      messageFrom(new Contents(4, 'app://homebird.evil/')),
      messageFrom(new Contents(4, 'app://start/')),
      messageFrom(new Contents(4, 'about:blank')),
      messageFrom(new Contents(4, '')),
    ]
    for (const message of wrong) {
      const reply = (await ipcMain.invoke('main:name', message, 'ana')) as { ok: boolean }
      assert.equal(reply.ok, false)
    }
    assert.deepEqual(asked, [[1, 'ana']])
    assert.equal(notices.length, wrong.length)
  })

  test('arguments are exactly what the channel takes', async () => {
    const { ipcMain, ipc, notices } = openDesk()
    const taken: unknown[] = []
    ipc.answer('main', 'set', [isBoolean, isTextList(2, 3)], (_sender, isOn, list) =>
      taken.push([isOn, list]),
    )
    ipc.hear('main', 'tell', [isBoolean], (_sender, isOn) => taken.push(isOn))
    const wrong: unknown[][] = [
      [],
      [true],
      [true, ['a'], 'more'],
      ['true', ['a']],
      [true, 'a'],
      [true, ['abcd']],
      [true, ['a', 'b', 'c']],
      [true, [1]],
      [{ valueOf: () => true }, []],
    ]
    for (const args of wrong) {
      assert.deepEqual(await ipcMain.invoke('main:set', messageFrom(PAGE), ...args), {
        ok: false,
        message: 'set was asked with something else than it takes.',
      })
      ipcMain.emit('main:tell', messageFrom(PAGE), 'not a truth')
    }
    ipcMain.emit('main:tell', messageFrom(STARTUP), true)
    assert.deepEqual(taken, [])
    assert.equal(notices.length, wrong.length + 1)
    await ipcMain.invoke('main:set', messageFrom(PAGE), true, ['de'])
    ipcMain.emit('main:tell', messageFrom(PAGE), false)
    assert.deepEqual(taken, [[true, ['de']], false])
  })

  test('a failure is a sentence and no more', async () => {
    const { ipcMain, ipc } = openDesk()
    ipc.answer('main', 'fail', [], async () => {
      throw new Error('The system refused.', { cause: new Error('/etc/secret') })
    })
    const reply = await ipcMain.invoke('main:fail', messageFrom(PAGE))
    assert.deepEqual(reply, { ok: false, message: 'The system refused.' })
    ipc.close()
    await assert.rejects(ipcMain.invoke('main:fail', messageFrom(PAGE)), /No handler/)
  })
})

suite('the bridge of the main window', () => {
  test('a window that is gone, or filled anew, is not written in any more', () => {
    const { ipcMain, ipc } = openDesk()
    const told: boolean[] = []
    openBridge(ipc, (isWriting) => told.push(isWriting))
    const other = new Contents(4, 'app://homebird/write')
    const write = (page: Contents, is: boolean): unknown =>
      ipcMain.emit('main:set-writing', messageFrom(page), is)
    write(PAGE, true)
    write(other, true)
    write(PAGE, false)
    assert.deepEqual(told, [true, true, true])
    other.emit('render-process-gone')
    assert.deepEqual(told, [true, true, true, false])
    write(other, true)
    other.emit('did-navigate')
    assert.equal(told.at(-1), false)
    write(other, true)
    other.emit('destroyed')
    assert.equal(told.at(-1), false)
    assert.equal(told.length, 8)
  })

  test('what the system has not got cannot be asked for', async () => {
    const { ipcMain, ipc } = openDesk()
    openBridge(ipc, () => undefined)
    await assert.rejects(ipcMain.invoke('main:login.is-on', messageFrom(PAGE)), /No handler/)
    await assert.rejects(ipcMain.invoke('main:spelling.all', messageFrom(PAGE)), /No handler/)
    assert.deepEqual(await ipcMain.invoke('main:secrets.level', messageFrom(PAGE)), {
      ok: true,
      value: 'keychain',
    })
  })

  test('the page that listens hears commands, and every page hears of updates', () => {
    const { ipcMain, ipc } = openDesk()
    const page = new Contents(1, 'app://homebird/')
    const desk = openBridge(ipc, () => undefined, page)
    ipcMain.emit('main:listens', messageFrom(page))
    desk.tell({ kind: 'new_post' })
    desk.updated({ version: '1' })
    assert.deepEqual(page.sent, [
      ['main:command', { kind: 'new_post' }],
      ['main:updates-state', { version: '1' }],
    ])
  })
})

function openBridge(
  ipc: Ipc,
  setWriting: (isWriting: boolean) => void,
  page: Contents = PAGE,
): { tell: (command: object) => void; updated: (state: object) => void } {
  const unused = async (): Promise<never> => assert.fail('nobody asked for it')
  let updated: (state: object) => void = () => undefined
  let tell: (command: object) => void = () => undefined
  const offers = {
    login: null,
    spelling: null,
    keepsRunning: { isOn: unused, setOn: unused },
    updates: {
      state: unused,
      check: unused,
      install: unused,
      onState: (listener: (state: object) => void) => {
        updated = listener
        return () => undefined
      },
    },
    secrets: { level: async () => 'keychain' },
    setWriting,
  } as unknown as DesktopOffers
  const windows = {
    listens: (id: number, listener: (command: object) => void) => {
      assert.equal(id, page.id)
      tell = listener
    },
    all: () => [{ webContents: page }],
  }
  openDesktopBridge({ ipc, windows: windows as never, offers })
  return { tell: (command) => tell(command), updated: (state) => updated(state) }
}
