/** What V8 is told of the memory of a child, by whichever launcher. */
import type { LaunchRequest } from './launcher.ts'

export function heapFlags({ role, heapMegabytes }: LaunchRequest): string[] {
  return [
    ...(heapMegabytes ? [`--max-old-space-size=${heapMegabytes}`] : []),
    // Gigabytes flow through a keeper in buffers whose own objects are tiny: with the usual room for young objects they are looked at
    // too seldom. Measured, 33 MB of 140, for no more of the processor.
    ...(role === 'keeper' ? ['--max-semi-space-size=1'] : []),
  ]
}
