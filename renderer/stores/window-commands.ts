/** What the desktop shell asks of the window, read as carefully as everything that comes from outside of the page. */
import type { WindowCommand } from '../../server/contracts/desktop-bridge.ts'

const MOST_CHARACTERS = 2_000

/** @returns null for what is no command, or of a later version */
export function readCommand(raw: unknown): WindowCommand | null {
  const { kind, path, address } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<
    string,
    unknown
  >
  switch (kind) {
    case 'new_post':
    case 'find':
    case 'back':
    case 'forward':
      return { kind }
    case 'open':
      return isOwnPath(path) ? { kind, path } : null
    case 'link':
      return isShortText(address) ? { kind, address } : null
    default:
      return null
  }
}

/** Of this window: two strokes at the beginning would name another host. */
const isOwnPath = (path: unknown): path is string => isShortText(path) && /^\/(?![/\\])/.test(path)

const isShortText = (text: unknown): text is string =>
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  typeof text === 'string' && text.length <= MOST_CHARACTERS && /^[^\u0000-\u001f\u007f]+$/.test(text)
