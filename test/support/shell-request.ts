/** A request as Electron hands it to the shell's handler. */
import type { AppRequest } from '../../electron/protocol/app-protocol.ts'

export type AskInit = RequestInit & { readonly from?: string | null | undefined; readonly duplex?: 'half' }

/** `from`: the origin that asks; null where the shell itself does. */
export function appRequest(path: string, { from = 'app://homebird', ...init }: AskInit = {}): AppRequest {
  const request = new Request(path.includes('://') ? path : `app://homebird${path}`, init)
  return from === null ? request : Object.assign(request, { initiatorOrigin: from })
}
