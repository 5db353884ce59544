/** A decoder that a picture makes take more and more memory. */
const taken: Buffer[] = []
process.once('message', () => {
  setInterval(() => taken.push(Buffer.alloc(32 * 1_048_576, 1)), 20)
})
