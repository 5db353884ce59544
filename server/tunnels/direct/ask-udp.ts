/** One question over UDP, asked again until an answer fits: only what comes from the asked address and port is looked at. */
import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'

/** The question is sent again after so long each time, doubled. */
const FIRST_WAIT_MS = 250
/** More is no answer to what is asked here. */
const MOST_BYTES = 1_100

export interface UdpQuestion<T> {
  readonly host: string
  readonly port: number
  readonly packet: Buffer
  readonly limitMs: number
  /** Null for what is no answer to it. */
  readonly read: (answer: Buffer) => T | null
}

/** Null when nobody answers within the limit, or the other side says that nothing listens there. */
export async function askUdp<T>({ host, port, packet, limitMs, read }: UdpQuestion<T>): Promise<T | null> {
  const socket = createSocket(isIPv4(host) ? 'udp4' : 'udp6')
  const { promise, resolve } = Promise.withResolvers<T | null>()
  const giveUp = setTimeout(() => resolve(null), limitMs)
  let again: NodeJS.Timeout | undefined
  socket.on('error', () => resolve(null))
  socket.on('message', (message) => {
    const answer = message.length > MOST_BYTES ? null : read(message)
    if (answer !== null) resolve(answer)
  })
  const send = (waitMs: number): void => {
    socket.send(packet)
    again = setTimeout(() => send(waitMs * 2), waitMs)
  }
  // A way that does not exist is told here, and not by an event.
  socket.connect(port, host, (error?: Error | null) => {
    if (error) resolve(null)
    else send(FIRST_WAIT_MS)
  })
  try {
    return await promise
  } finally {
    clearTimeout(giveUp)
    clearTimeout(again)
    socket.close()
  }
}
