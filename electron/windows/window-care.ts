/** What every window of the home gets, whoever opens it: its place, and a hand with spelling. */
import type { BrowserWindow } from 'electron'
import type { SpellingBridge } from '../../server/contracts/desktop-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'
import { type SpellingNeeds, openSpelling } from '../shell/spelling.ts'
import { type WindowStates, openWindowStates } from './window-state.ts'

export interface WindowCare extends Disposable {
  readonly lookOf: WindowStates['lookOf']
  readonly adopt: (window: BrowserWindow) => void
  readonly spelling: SpellingBridge | null
}

export function openWindowCare(
  parts: Pick<ElectronParts, 'app' | 'dialog' | 'Menu' | 'screen' | 'session'>,
  needs: Omit<SpellingNeeds, 'languages'>,
): WindowCare {
  const languages = parts.app.getPreferredSystemLanguages()
  const spelling = openSpelling(parts, { ...needs, languages })
  const states = openWindowStates(parts, needs)
  return {
    lookOf: () => states.lookOf(),
    adopt: (window) => {
      states.adopt(window)
      spelling.adopt(window)
    },
    spelling: spelling.bridge,
    [Symbol.dispose]: () => states.close(),
  }
}
