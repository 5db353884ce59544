/** What every kind of service has: how it is called, what it starts, and the programs of the system that are asked. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { HomebirdError } from '../../core/errors.ts'

const TOOL_LIMIT_MS = 60_000
const MOST_OUTPUT_BYTES = 262_144

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** Null on Windows. */
  readonly uid: number | null
  /** Of this user. */
  readonly home: string
  /** Where the files of the whole system begin. */
  readonly root: string
}

export interface ServicePlan {
  /** `homebird`, or with a suffix for a folder that is not the usual one. */
  readonly name: string
  /** Program and words, absolute. */
  readonly command: readonly string[]
}

export interface ServiceState {
  readonly isInstalled: boolean
  readonly isRunning: boolean
  /** Where it is described. */
  readonly file: string
}

export interface ServiceManager {
  /** For people: `systemd user unit`. */
  readonly kind: string
  /** @returns sentences of what was done and what is to be known */
  install(plan: ServicePlan): Promise<string[]>
  /** Does nothing where there is none. @returns the same */
  uninstall(name: string): Promise<string[]>
  status(name: string): Promise<ServiceState>
}

/** One service for each folder: the usual one has the plain name. */
export function serviceName(dataDir: string, usualDataDir: string): string {
  if (dataDir === usualDataDir) return 'homebird'
  return `homebird-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}`
}

export interface ToolAnswer {
  readonly code: number
  readonly output: string
}

export type RunTool = (program: string, args: readonly string[]) => Promise<ToolAnswer>

/** No shell; found by the PATH of these surroundings. @throws HomebirdError UNAVAILABLE where it is not there */
export function toolRunner({ env }: Pick<Surroundings, 'env'>): RunTool {
  return async (program, args) =>
    new Promise((resolve, reject) => {
      const options = {
        env: { ...env },
        timeout: TOOL_LIMIT_MS,
        maxBuffer: MOST_OUTPUT_BYTES,
        windowsHide: true,
      }
      execFile(program, args, options, (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trim()
        if (error === null) return resolve({ code: 0, output })
        if (typeof error.code === 'number') return resolve({ code: error.code, output })
        reject(
          new HomebirdError(
            'UNAVAILABLE',
            `${program} cannot be asked (${error.code ?? error.signal ?? error.message}): is it installed?`,
            {
              cause: error,
            },
          ),
        )
      })
    })
}

/** @throws HomebirdError UNAVAILABLE with what it said */
export async function must(run: RunTool, program: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run(program, args)
  if (code === 0) return output
  throw new HomebirdError(
    'UNAVAILABLE',
    `${program} ${args.join(' ')} failed with code ${code}: ${output === '' ? 'it said nothing' : output}`,
  )
}
