/** Puts the service worker to work, and turns to the page that a pressed notification means. */
import { findDesktopBridge } from '../stores/desktop-shell.ts'

const WORKER = '/service-worker.js'

let address: string | null = null

/** The policy of the document lets one name of a script be written, once, and this is it. */
function workerAddress(): string {
  const { trustedTypes } = window as unknown as {
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL(address: string): string },
      ): { createScriptURL(address: string): string }
    }
  }
  if (address !== null) return address
  const policy = trustedTypes?.createPolicy('service-worker', { createScriptURL: () => WORKER })
  address = policy?.createScriptURL(WORKER) ?? WORKER
  return address
}

/**
 * Without one the window works too: it only cannot be opened while the home is away.
 * @returns what ends the listening
 */
export function startWorker(openPage: (path: string) => void): () => void {
  // The desktop app has the window on its disk, and shows notifications itself.
  if (!('serviceWorker' in navigator) || findDesktopBridge(window) !== null) return () => {}
  navigator.serviceWorker.register(workerAddress()).catch(() => undefined)
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const { kind, path } = (data ?? {}) as { kind?: unknown; path?: unknown }
    if (kind === 'open' && typeof path === 'string' && /^\/(?![/\\])/.test(path)) openPage(path)
  }
  navigator.serviceWorker.addEventListener('message', listen)
  return () => navigator.serviceWorker.removeEventListener('message', listen)
}
