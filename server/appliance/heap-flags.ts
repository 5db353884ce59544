/** What V8 is told of the memory of a child, by whichever launcher. */
import type { LaunchRequest } from './launcher.ts'

/**
 * Room for young objects, of which V8 takes up to three times as much and never gives it back. Gigabytes flow through a keeper in
 * buffers whose own objects are tiny: with the usual 16 they are looked at too seldom. Measured, 33 MB of its 140; of a worker after
 * thousands of activities 19 MB of 131; of neither for more of the processor.
 */
const YOUNG_MEGABYTES: Partial<Readonly<Record<LaunchRequest['role'], number>>> = { keeper: 1, worker: 4 }

export function heapFlags({ role, heapMegabytes }: LaunchRequest): string[] {
  const youngMegabytes = YOUNG_MEGABYTES[role]
  return [
    ...(heapMegabytes ? [`--max-old-space-size=${heapMegabytes}`] : []),
    ...(youngMegabytes === undefined ? [] : [`--max-semi-space-size=${youngMegabytes}`]),
  ]
}
