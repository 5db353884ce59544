/**
 * Stands in for cloudflared: prints what the real one prints, to the stream that it prints it to. First arguments: where it
 * tells how it was called, and what it does; `late` loses its connections when that file is gone.
 */
import { existsSync, writeFileSync } from 'node:fs'

const [, , calls = '', mode = '', ...args] = process.argv
const { TUNNEL_TOKEN: token = '', TUNNEL_URL: url = '' } = process.env

function print(level: string, line: string): void {
  process.stderr.write(`2026-11-29T18:00:00Z ${level} ${line}\n`)
}

function register(connection: number): void {
  print(
    'INF',
    `Registered tunnel connection connIndex=${connection} connection=5e91c8d5-256d-4e45-959e-70fe419f4fc6 event=0 ip=198.41.200.13 location=fra03 protocol=quic`,
  )
}

function lose(connection: number): void {
  print('ERR', `Connection terminated error="timeout: no recent network activity" connIndex=${connection}`)
  print('INF', `Retrying connection in up to 1s connIndex=${connection} event=0 ip=198.41.200.13`)
}

function run(): void {
  writeFileSync(calls, JSON.stringify({ pid: process.pid, args, hasToken: token !== '', url }))
  print('INF', 'Starting tunnel tunnelID=6ff42ae2-765d-4adf-8112-31c55c1551ef')
  setInterval(() => undefined, 60_000)
  switch (mode) {
    case 'crash':
      print('ERR', 'Initiating shutdown error="no more connections active and exiting"')
      return process.exit(1)
    case 'malformed':
      process.stderr.write("Provided Tunnel token is not valid.\nSee 'cloudflared tunnel run --help'.\n")
      return process.exit(255)
    case 'refused':
      return print(
        'ERR',
        'Register tunnel error from server side error="Unauthorized: Invalid tunnel secret" connIndex=0 event=0 ip=198.41.200.13',
      )
    case 'leak':
      print('ERR', `cannot use ${token} here`)
      return process.exit(2)
    default:
      register(0)
      register(1)
  }
  if (mode !== 'late') return
  lose(0)
  setInterval(() => {
    if (!existsSync(calls)) lose(1)
  }, 20)
}

if (args[0] === '--version')
  process.stdout.write(
    `cloudflared version ${mode === 'old' ? '2021.8.0' : '2026.9.3'} (built 2026-09-24-10:21 UTC)\n`,
  )
else run()
