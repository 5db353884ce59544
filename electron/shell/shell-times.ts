/** How long the shell took until its window could be used, step by step since its process began. */

export interface ShellTimes {
  /** The first time counts. @returns whether it is that one */
  comesTo(step: string): boolean
  /** As `2.10 s: ready 0.31, home 1.85, window 2.10`, each counted from the beginning. */
  told(): string
}

/** @param now  milliseconds since the process began */
export function openShellTimes(now: () => number = () => performance.now()): ShellTimes {
  const steps = new Map<string, number>()
  return {
    comesTo(step) {
      if (steps.has(step)) return false
      steps.set(step, now())
      return true
    },
    told() {
      const last = [...steps.values()].at(-1) ?? now()
      return `${seconds(last)} s: ${[...steps].map(([step, at]) => `${step} ${seconds(at)}`).join(', ')}`
    },
  }
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(2)
