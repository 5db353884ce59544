/**
 * Joins a page of Chromium to the shell whose window it plays: the real preload runs before the page's scripts, and what it says
 * is brought to the shell's own handlers and back. Electron would run it in a world of its own and clone what passes; here
 * the page is one world, which is all that a browser has.
 */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import type { DesktopShell } from './desktop-shell.ts'

const PRELOAD = join(import.meta.dirname, '..', '..', 'electron', 'preload', 'preload.ts')

/** To be called before the page opens anything. */
export async function playWindow(page: Page, desktop: DesktopShell): Promise<void> {
  const { electron } = desktop
  const shown = await desktop.window('homebird')
  const { webContents: contents } = shown
  await page.exposeFunction('shellInvoke', async (channel: string, args: unknown[]) =>
    electron.ipc.invoke({ contents }, channel, args),
  )
  await page.exposeFunction('shellSend', (channel: string, args: unknown[]) =>
    electron.ipc.send({ contents }, channel, args),
  )
  const bring = (channel: string, args: unknown[]): void => {
    // A page that has gone hears nothing.
    page.evaluate(`shellSays(${JSON.stringify(channel)}, ${JSON.stringify(args)})`).catch(() => undefined)
  }
  contents.on('stand-in:sent', bring)
  page.once('close', () => contents.off('stand-in:sent', bring))
  const given = shown.options.webPreferences?.['additionalArguments']
  await page.addInitScript(inPage(await preloadCode(), Array.isArray(given) ? given.map(String) : []))
}

async function preloadCode(): Promise<string> {
  const bundle = await rolldown({ input: PRELOAD, external: ['electron'], platform: 'node' })
  const { output } = await bundle.generate({ format: 'cjs' })
  await bundle.close()
  return output[0].code
}

/** Only what the preload may use of Electron and Node. */
const inPage = (code: string, argv: readonly string[]): string => `{
  const listeners = new Map()
  const of = (channel) => listeners.get(channel) ?? listeners.set(channel, new Set()).get(channel)
  globalThis.shellSays = (channel, args) => { for (const listener of of(channel)) listener({}, ...args) }
  const electron = {
    contextBridge: { exposeInMainWorld: (name, api) => { globalThis[name] = api } },
    ipcRenderer: {
      invoke: (channel, ...args) => shellInvoke(channel, args),
      send: (channel, ...args) => void shellSend(channel, args),
      on: (channel, listener) => void of(channel).add(listener),
      off: (channel, listener) => void of(channel).delete(listener),
    },
  }
  const run = (require, process, module, exports) => { ${code} }
  run(() => electron, { argv: ${JSON.stringify(argv)}, platform: 'linux' }, { exports: {} }, {})
}`
