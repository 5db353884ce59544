/** What a child is told when it begins: everything that it needs, and nothing that concerns others only. */
import type { ChildRole, Conditions, DatabaseConnection, StartMessage } from '../contracts/child-message.ts'
import type { Voice } from '../contracts/hand-over.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { WayIn } from '../contracts/way-in.ts'
import type { Config } from '../core/config.ts'

export interface StartFacts {
  readonly dataDir: string
  readonly config: Config
  readonly database: DatabaseConnection
  readonly connectionsPerProcess: number
  readonly machine: string | null
  readonly publicListen: ListenAddress | null
  readonly privateListen: ListenAddress | null
  readonly oneTimeKeyHash: string
  readonly windowDir: string | null
  readonly waysIn: (server: number) => readonly WayIn[]
  readonly vantage: string
  readonly conditions: Conditions
  readonly voice: Voice
  /** Where the child of this name waits for its decoders; null where it starts them itself. */
  readonly decoderSocket: (child: string) => string | null
}

export function startMessageFor(role: ChildRole, index: number, facts: StartFacts): StartMessage<Config> {
  const isServer = role === 'server'
  const isFirstServer = isServer && index === 0
  return {
    type: 'start',
    role,
    index,
    dataDir: facts.dataDir,
    // What nobody else may know is told to nobody else; a server takes it out of what it shows of logs.
    settings: isServer ? facts.config : { ...facts.config, tunnelToken: '' },
    database: facts.database,
    ...(facts.machine === null ? {} : { machine: facts.machine }),
    connections: role === 'migrate' ? 1 : facts.connectionsPerProcess,
    publicListen: isServer ? facts.publicListen : null,
    privateListen: isFirstServer ? facts.privateListen : null,
    oneTimeKeyHash: isFirstServer ? facts.oneTimeKeyHash : null,
    windowDir: isFirstServer ? facts.windowDir : null,
    waysIn: isServer ? facts.waysIn(index) : [],
    vantage: isServer ? facts.vantage : null,
    decoderSocket: role === 'migrate' ? null : facts.decoderSocket(`${role}-${index}`),
    conditions: facts.conditions,
    voice: facts.voice,
    secretsKey: null,
    home: null,
    job: null,
  }
}
