/** What is wrong with a file, in one sentence for its owner. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
