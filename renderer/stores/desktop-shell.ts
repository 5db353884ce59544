/** What the desktop app offers the window beside a browser; absent in every browser. */
import type { DesktopBridge } from '../../server/contracts/desktop-bridge.ts'

/** @returns null where the window is open in a browser */
export function findDesktopBridge(holder: object): DesktopBridge | null {
  const bridge: unknown = Reflect.get(holder, 'homebirdDesktop')
  return typeof bridge === 'object' && bridge !== null ? (bridge as DesktopBridge) : null
}
