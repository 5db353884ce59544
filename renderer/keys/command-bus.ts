/** Brings a command to whoever is on the screen and can do it; the last to come is asked first. */
import type { Command } from './keymap.ts'

/** @returns false when it is not for this one */
export type CommandHandler = (command: Command) => boolean

export class CommandBus {
  readonly #handlers: CommandHandler[] = []

  add(handler: CommandHandler): () => void {
    this.#handlers.push(handler)
    return () => {
      const index = this.#handlers.lastIndexOf(handler)
      if (index >= 0) this.#handlers.splice(index, 1)
    }
  }

  /** @returns true when somebody did it, so that the browser does not too */
  dispatch(command: Command): boolean {
    return this.#handlers.toReversed().some((handler) => handler(command))
  }
}
