/** Asks a program of the system something; no shell. */
import { execFile } from 'node:child_process'

const ANSWER_LIMIT_MS = 10_000
const MOST_ANSWER_BYTES = 4_096

export interface Question {
  readonly program: string
  readonly args: readonly string[]
}

/** What such programs need; the home's own variables hold secrets. Answers come in the language of their authors. */
const PASSED_ON = ['PATH', 'SystemRoot', 'DBUS_SYSTEM_BUS_ADDRESS']

function environment(): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(passed), LC_ALL: 'C' }
}

/** @throws where the program is not there, fails or does not answer */
export async function askProgram({ program, args }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { timeout: ANSWER_LIMIT_MS, maxBuffer: MOST_ANSWER_BYTES, windowsHide: true, env: environment() },
      (error, answer) => (error === null ? resolve(answer) : reject(error)),
    )
  })
}
