/**
 * The start-up window of a shell before the stand-in, played by Chromium: the shell's page from the shell's handler, with the real
 * preload in it, whose messages go to the shell's own channels and back. The preload runs in the page's world here; that Electron
 * keeps the two apart is not shown.
 */
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { type AppForwarder, openAppForwarder } from './app-forwarder.ts'
import type { TestBrowser, TestPage } from './browser.ts'
import type { DesktopShell } from './desktop-shell.ts'

const PRELOAD = join(import.meta.dirname, '..', '..', 'electron', 'preload', 'startup-preload.ts')

export interface StartWindowPage extends TestPage, AsyncDisposable {}

/** Waits until the shell has opened it. */
export async function openStartWindowPage(
  desktop: DesktopShell,
  browser: TestBrowser,
): Promise<StartWindowPage> {
  const { webContents: contents } = await desktop.window('start')
  const { ipc, session } = desktop.electron
  const forwarder: AppForwarder = await openAppForwarder(
    async (request) => session.protocol.load(request),
    'start',
  )
  const opened = await browser.openPage({ viewport: { width: 760, height: 620 } })
  const { page, context } = opened
  await page.exposeFunction('ipcInvoke', async (channel: string, args: unknown[]) =>
    ipc.invoke({ contents }, channel, args),
  )
  await page.exposeFunction('ipcSend', (channel: string, args: unknown[]) =>
    ipc.send({ contents }, channel, args),
  )
  const deliver = (channel: string, args: unknown[]): void => {
    // A page that is gone hears nothing.
    page.evaluate(DELIVER, [channel, args] as const).catch(() => undefined)
  }
  contents.on('stand-in:sent', deliver)
  await page.addInitScript({
    content: `${RENDERER};(function(require){${await bundledPreload()}})(() => electron)`,
  })
  await page.goto(`${forwarder.origin}/`)
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      contents.off('stand-in:sent', deliver)
      await context.close()
      await forwarder[Symbol.asyncDispose]()
    },
  }
}

/** One file of CommonJS, as a sandboxed preload is. */
async function bundledPreload(): Promise<string> {
  const bundle = await rolldown({ input: PRELOAD, external: ['electron'], platform: 'browser' })
  const { output } = await bundle.generate({ format: 'cjs' })
  await bundle.close()
  return output[0].code
}

/** What a preload takes of Electron, in the page. */
const RENDERER = `
  const listeners = new Map()
  globalThis.ipcDeliver = (channel, args) => { for (const tell of listeners.get(channel) ?? []) tell({}, ...args) }
  const electron = {
    contextBridge: { exposeInMainWorld: (name, value) => { globalThis[name] = value } },
    ipcRenderer: {
      invoke: (channel, ...args) => globalThis.ipcInvoke(channel, args),
      send: (channel, ...args) => void globalThis.ipcSend(channel, args),
      on: (channel, tell) => listeners.set(channel, [...(listeners.get(channel) ?? []), tell]),
      off: (channel, tell) => listeners.set(channel, (listeners.get(channel) ?? []).filter((one) => one !== tell)),
    },
  }`

const DELIVER = ([channel, args]: readonly [string, unknown[]]): void =>
  (globalThis as unknown as { ipcDeliver: (name: string, given: unknown[]) => void }).ipcDeliver(
    channel,
    args,
  )
