/** A decoder that a picture ends. */
process.once('message', () => process.exit(139))
