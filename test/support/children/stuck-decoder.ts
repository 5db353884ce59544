/** A decoder that a picture keeps busy for ever. */
import { hearParent } from '../../../server/decoder/parent-line.ts'

hearParent(() => {
  for (let count = 0; ; count += 1) if (count < 0) break
})
