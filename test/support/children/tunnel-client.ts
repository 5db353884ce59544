/**
 * Stands in for a tunnel client of somebody else: prints what it is told to print, line by line, and ends as it is told.
 * Steps are arguments: `say <line>`, `err <line>`, `env <name>`, `arg <text>`, `stay`, `deaf` (ignores SIGTERM), `end <code>`,
 * `leave` (starts a child that keeps the output open).
 */
import { spawn } from 'node:child_process'

const [, , ...steps] = process.argv
const at = steps.values()
for (const step of at) {
  const next = (): string => at.next().value ?? ''
  switch (step) {
    case 'say':
      process.stdout.write(`${next()}\n`)
      break
    case 'err':
      process.stderr.write(`${next()}\n`)
      break
    case 'env': {
      const name = next()
      process.stdout.write(`${name}=${process.env[name] ?? ''}\n`)
      break
    }
    case 'deaf':
      process.on('SIGTERM', () => undefined)
      break
    case 'leave':
      spawn(process.execPath, ['-e', 'setTimeout(() => {}, 8_000)'], { stdio: 'inherit' })
      break
    case 'stay':
      setInterval(() => undefined, 60_000)
      break
    default:
      break
    case 'end':
      process.exit(Number(next()))
  }
}
