/** Events as Electron hands them out: they can be prevented, and say so afterwards. */
export interface PlainEvent {
  readonly defaultPrevented: boolean
  preventDefault(): void
}

export function plainEvent<T extends object>(more?: T): PlainEvent & T {
  let isPrevented = false
  const event = {
    get defaultPrevented() {
      return isPrevented
    },
    preventDefault() {
      isPrevented = true
    },
  }
  return Object.defineProperties(
    event,
    Object.getOwnPropertyDescriptors(more ?? {}),
  ) as unknown as PlainEvent & T
}
