/**
 * Where the running appliance answers questions of other commands on this machine: a socket in the private runtime
 * folder, one JSON line each way.
 */
import { chmodSync, rmSync } from 'node:fs'
import { type Socket, createConnection, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { HomebirdError, describeError } from '../core/errors.ts'

const ANSWER_LIMIT_MS = 3_000
const MAX_QUESTION_BYTES = 4_096

export type ControlQuestion = 'status'

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
  socket.once('data', (bytes: Buffer) => {
    const question = bytes.subarray(0, MAX_QUESTION_BYTES).toString('utf8').trim()
    const answered =
      question === 'status'
        ? answer(question)
        : Promise.reject(new HomebirdError('USAGE', `unknown question ${question}`))
    answered.then(
      (value) => socket.end(`${JSON.stringify({ answer: value })}\n`),
      (error: unknown) => socket.end(`${JSON.stringify({ error: describeError(error) })}\n`),
    )
  })
}

/** @throws HomebirdError NOT_RUNNING when nobody listens or answers within 3 s */
export async function askControlSocket(path: string, question: ControlQuestion): Promise<unknown> {
  const socket = createConnection({ path })
  socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy(new Error('no answer within 3 s')))
  try {
    const lines = createInterface({ input: socket })
    const line = await new Promise<string>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('closed without an answer')))
      lines.once('line', resolve)
      socket.write(`${question}\n`)
    })
    const reply = JSON.parse(line) as { readonly answer?: unknown; readonly error?: string }
    if (reply.error !== undefined) throw new Error(reply.error)
    return reply.answer
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
