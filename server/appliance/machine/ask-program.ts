/** Asks a program of the system something; no shell. */
import { execFile } from 'node:child_process'

const ANSWER_LIMIT_MS = 10_000
const MOST_ANSWER_BYTES = 4_096

export interface Question {
  readonly program: string
  readonly args: readonly string[]
}

/** @throws where the program is not there, fails or does not answer */
export async function askProgram({ program, args }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { timeout: ANSWER_LIMIT_MS, maxBuffer: MOST_ANSWER_BYTES, windowsHide: true },
      (error, answer) => (error === null ? resolve(answer) : reject(error)),
    )
  })
}
