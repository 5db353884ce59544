/**
 * Puts a stand-in for the desktop shell's bridge into a page before its scripts: it keeps what the window tells it, and says
 * and refuses what the test wants. No Electron is in it; what really crosses the bridge is shown elsewhere.
 */
import type { Page } from 'playwright-core'
import type {
  DesktopBridge,
  SecretsLevel,
  UpdateState,
  WindowCommand,
} from '../../server/contracts/desktop-bridge.ts'

export interface BridgeFacts {
  readonly secrets: SecretsLevel
  readonly updates: UpdateState
  /** What the system says to a change of a choice; null: yes. */
  readonly refusal: string | null
}

const FACTS: BridgeFacts = {
  secrets: 'keychain',
  refusal: null,
  updates: {
    version: '0.1.0',
    phase: 'idle',
    reason: null,
    checkedAt: null,
    next: null,
    percent: null,
    waitsFor: [],
  },
}

/** What the test holds of it in the page. */
interface Held {
  facts: BridgeFacts
  readonly told: string[]
  command(command: unknown): void
  update(state: UpdateState): void
}

interface InPage {
  homebirdDesktop: DesktopBridge
  standIn: Held
}

export interface StandInBridge {
  /** What the window asked for, in order. */
  told(): Promise<readonly string[]>
  command(command: WindowCommand | object): Promise<void>
  update(more: Partial<UpdateState>): Promise<void>
  set(more: Partial<BridgeFacts>): Promise<void>
}

/** To be called before the page opens anything. */
export async function standInBridge(page: Page, facts: Partial<BridgeFacts> = {}): Promise<StandInBridge> {
  await page.addInitScript(putIn, { ...FACTS, ...facts })
  return {
    told: async () => page.evaluate(() => (globalThis as unknown as InPage).standIn.told),
    command: async (command) =>
      page.evaluate((one) => (globalThis as unknown as InPage).standIn.command(one), command),
    update: async (more) =>
      page.evaluate((one) => {
        const { standIn } = globalThis as unknown as InPage
        standIn.update({ ...standIn.facts.updates, ...one })
      }, more),
    set: async (more) =>
      page.evaluate((one) => {
        const { standIn } = globalThis as unknown as InPage
        standIn.facts = { ...standIn.facts, ...one }
      }, more),
  }
}

/** Runs in the page: nothing from outside of it is known here. */
function putIn(first: BridgeFacts): void {
  const listeners = {
    command: new Set<(one: WindowCommand) => void>(),
    update: new Set<(one: UpdateState) => void>(),
  }
  const told: string[] = []
  const held: Held = {
    facts: first,
    told,
    command: (command) => {
      for (const obey of listeners.command) obey(command as WindowCommand)
    },
    update: (state) => {
      held.facts = { ...held.facts, updates: state }
      for (const tell of listeners.update) tell(state)
    },
  }
  const change = async (what: string): Promise<void> => {
    told.push(what)
    if (held.facts.refusal !== null) throw new Error(held.facts.refusal)
  }
  const choice = (name: string, isOnFirst: boolean): DesktopBridge['keepsRunning'] => {
    let isOn = isOnFirst
    return {
      isOn: async () => isOn,
      setOn: async (wanted) => {
        await change(`${name} ${wanted}`)
        isOn = wanted
      },
    }
  }
  let languages: readonly string[] = ['en-GB']
  const bridge: DesktopBridge = {
    platform: 'linux',
    login: choice('login', false),
    keepsRunning: choice('keeps running', true),
    secrets: { level: async () => held.facts.secrets, keptPlain: choice('kept plain', false) },
    spelling: {
      ...choice('spelling', false),
      languages: { all: async () => ['ar', 'de', 'en-GB', 'en-US'], chosen: async () => languages },
      choose: async (chosen) => {
        await change(`languages ${chosen.join(' ')}`)
        languages = chosen
      },
    },
    updates: {
      state: async () => held.facts.updates,
      check: async () => {
        await change('check')
        return held.facts.updates
      },
      install: async () => change('install'),
      onState: (tell) => {
        listeners.update.add(tell)
        return () => void listeners.update.delete(tell)
      },
    },
    setWriting: (isWriting) => void told.push(`writing ${isWriting}`),
    onCommand: (obey) => {
      listeners.command.add(obey)
      return () => void listeners.command.delete(obey)
    },
  }
  Object.assign(globalThis, { homebirdDesktop: bridge, standIn: held })
}
