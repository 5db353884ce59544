/** How a key is shown: one cap for each thing to press, and how they belong together. */
import type { Key } from './keymap.ts'

export interface KeyCaps {
  readonly caps: readonly string[]
  /** Held together, or one after the other. */
  readonly isSequence: boolean
}

const SIGNS: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→' }

const APPLE = /mac|iphone|ipad/i

/** @param platform  `navigator.platform` or the like */
export function isApplePlatform(platform: string): boolean {
  return APPLE.test(platform)
}

export function keyCaps(key: Key, isApple: boolean): KeyCaps {
  if (key.startsWith('Mod+')) return { caps: [isApple ? '⌘' : 'Ctrl', key.slice(4)], isSequence: false }
  return { caps: key.split(' ').map((cap) => SIGNS[cap] ?? cap), isSequence: key.includes(' ') }
}
