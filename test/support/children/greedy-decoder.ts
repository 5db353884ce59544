/** A decoder that a picture makes take more and more memory. */
import { hearParent } from '../../../server/decoder/parent-line.ts'

const taken: Buffer[] = []
hearParent(() => {
  setInterval(() => taken.push(Buffer.alloc(32 * 1_048_576, 1)), 20)
})
