/**
 * Where the running appliance answers questions of other commands on this machine: a socket in the private runtime
 * folder, one JSON line each way.
 */
import { chmodSync, rmSync } from 'node:fs'
import { type Socket, createConnection, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { CacheQuestion } from '../contracts/caches.ts'
import type { TunnelRequest } from '../contracts/child-message.ts'
import type { HandOverRequest } from '../contracts/hand-over.ts'
import type { KeepingRequest } from '../contracts/keeping.ts'
import { HomebirdError, describeError } from '../core/errors.ts'

/** A machine that does much at once is waited for: who gives up says that the home does not run. */
const ANSWER_LIMIT_MS = 10_000
/** A look of the doctor, behind another that is under way. */
const DOCTOR_LIMIT_MS = 45_000
/** The same with what takes its time. */
const DEEP_LIMIT_MS = 185_000
/** Words are made into a key, which is slow on purpose. */
const KEEPING_LIMIT_MS = 30_000
/** Every part of the home ends and starts again meanwhile. */
const HAND_OVER_LIMIT_MS = 200_000
/** Very many files are removed. */
const CACHES_LIMIT_MS = 605_000
const MAX_QUESTION_BYTES = 65_536
const KINDS: ReadonlySet<string> = new Set([
  'status',
  'doctor',
  'tunnel',
  'tunnel_settings',
  'secrets_key',
  'keeping',
  'hand_over',
  'caches',
])

/** What commands ask and have done; one JSON line. */
export type ControlQuestion =
  | { readonly kind: 'status' }
  | { readonly kind: 'doctor'; readonly deep?: boolean }
  /** By which sealed secrets are read; null where they are plain. */
  | { readonly kind: 'secrets_key' }
  | { readonly kind: 'caches'; readonly ask: CacheQuestion }
  | TunnelRequest
  | KeepingRequest
  | HandOverRequest

/** Answers until closed. A question that fails is answered with its error; the socket goes on. */
export async function openControlSocket(
  path: string,
  answer: (question: ControlQuestion) => Promise<unknown>,
): Promise<AsyncDisposable> {
  if (process.platform !== 'win32') rmSync(path, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serve(socket, answer)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path }, resolve)
  })
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function serve(socket: Socket, answer: (question: ControlQuestion) => Promise<unknown>): void {
  socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy()) // the asker went away
  readLine(socket)
    .then(parseQuestion)
    .then(async (question) => {
      socket.setTimeout(limitOf(question))
      return answer(question)
    })
    .then(
      (value) => socket.end(`${JSON.stringify({ answer: value })}\n`),
      (error: unknown) => socket.end(`${JSON.stringify({ error: describeError(error) })}\n`),
    )
}

/** In however many pieces it comes. @throws HomebirdError USAGE for one over the limit */
async function readLine(socket: Socket): Promise<string> {
  const line = Promise.withResolvers<string>()
  let seen = Buffer.alloc(0)
  const take = (bytes: Buffer): void => {
    seen = Buffer.concat([seen, bytes])
    const end = seen.indexOf('\n')
    if (end < 0 && seen.length <= MAX_QUESTION_BYTES) return
    socket.off('data', take)
    if (end >= 0 && end <= MAX_QUESTION_BYTES) line.resolve(seen.toString('utf8', 0, end))
    else line.reject(new HomebirdError('USAGE', `a question is longer than ${MAX_QUESTION_BYTES} bytes`))
  }
  socket.on('data', take)
  return line.promise
}

/** Only this user can open the socket; a command of another version may ask for what is not known here. */
async function parseQuestion(line: string): Promise<ControlQuestion> {
  const question = JSON.parse(line) as ControlQuestion
  if (KINDS.has(question.kind)) return question
  throw new HomebirdError('USAGE', `unknown question ${JSON.stringify(question.kind)}`)
}

function limitOf(question: ControlQuestion): number {
  if (question.kind === 'hand_over') return question.ask === 'state' ? KEEPING_LIMIT_MS : HAND_OVER_LIMIT_MS
  if (question.kind === 'keeping') return KEEPING_LIMIT_MS
  if (question.kind === 'caches') return CACHES_LIMIT_MS
  if (question.kind !== 'doctor') return ANSWER_LIMIT_MS
  return question.deep === true ? DEEP_LIMIT_MS : DOCTOR_LIMIT_MS
}

interface Reply {
  readonly answer?: unknown
  readonly error?: string
}

/** @throws HomebirdError NOT_RUNNING when nobody listens or answers in time, UNPROCESSABLE with why the home refuses */
export async function askControlSocket(path: string, question: ControlQuestion): Promise<unknown> {
  const { answer, error } = await replyTo(path, question)
  if (error !== undefined) throw new HomebirdError('UNPROCESSABLE', `the home refuses: ${error}`)
  return answer
}

/** Somebody listens there and says nothing, unlike one that starts or is gone. @param error  of `askControlSocket` */
export function isUnanswered({ cause }: HomebirdError): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  return cause !== undefined && code !== 'ENOENT' && code !== 'ECONNREFUSED'
}

async function replyTo(path: string, question: ControlQuestion): Promise<Reply> {
  const socket = createConnection({ path })
  const limitMs = limitOf(question)
  socket.setTimeout(limitMs, () => socket.destroy(new Error(`no answer within ${limitMs / 1_000} s`)))
  try {
    const lines = createInterface({ input: socket })
    const line = await new Promise<string>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('closed without an answer')))
      lines.once('line', resolve)
      lines.on('error', reject) // it passes on those of the socket
      socket.write(`${JSON.stringify(question)}\n`)
    })
    return JSON.parse(line) as Reply
  } catch (error) {
    throw new HomebirdError(
      'NOT_RUNNING',
      `the home does not answer on ${path}; start it with: homebird serve`,
      {
        cause: error,
      },
    )
  } finally {
    socket.destroy()
  }
}
