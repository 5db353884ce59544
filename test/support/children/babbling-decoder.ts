/** A decoder that a picture has taken over: it asks for more of the file than any decoder of ours would. */
import { hearParent } from '../../../server/decoder/parent-line.ts'

hearParent((_, line) => line.send({ type: 'read', id: 1, start: -5, length: 1e12 }))
