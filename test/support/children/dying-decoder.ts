/** A decoder that a picture ends. */
import { hearParent } from '../../../server/decoder/parent-line.ts'

hearParent(() => process.exit(139))
