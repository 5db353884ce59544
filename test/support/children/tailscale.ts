/**
 * Stands in for the program of Tailscale: `status --json` prints the file that its first argument names, `funnel` does what its
 * second says. Like the app on a Mac it is no command where its environment does not say so.
 */
import { readFileSync } from 'node:fs'

const [, , statusFile = '', mode = '', command = '', ...args] = process.argv

function funnel(): void {
  const target = args.at(-1) ?? ''
  switch (mode) {
    case 'consent':
      process.stdout.write('\nFunnel is not enabled on your tailnet.\nTo enable, visit:\n\n')
      process.stdout.write('         https://login.tailscale.com/f/funnel?node=nABC123CNTRL\n\n')
      break
    case 'denied':
      process.stderr.write('sending serve config: Access denied: serve config denied\n\n')
      process.stderr.write("Use 'sudo tailscale funnel --https=443 4182'.\n")
      return process.exit(1)
    case 'taken':
      process.stderr.write(
        'background configuration already exists, use `tailscale funnel --https=443 off` to remove the existing configuration\n',
      )
      return process.exit(1)
    case 'lost':
      process.stdout.write(
        `Available on the internet:\n\nhttps://nest.tail1234.ts.net/\n|-- proxy ${target}\n\n`,
      )
      return process.exit(0)
    default:
      process.stdout.write(
        `Available on the internet:\n\nhttps://nest.tail1234.ts.net/\n|-- proxy ${target}\n\n`,
      )
      process.stdout.write('Press Ctrl+C to exit.\n')
  }
  setInterval(() => undefined, 60_000)
}

if (process.env['TAILSCALE_BE_CLI'] !== '1') {
  process.stderr.write('a window opens\n')
  process.exitCode = 1
} else if (command === 'funnel') funnel()
else if (mode === 'silent') {
  process.stderr.write("failed to connect to local tailscaled; it doesn't appear to be running\n")
  process.exitCode = 1
} else process.stdout.write(readFileSync(statusFile))
