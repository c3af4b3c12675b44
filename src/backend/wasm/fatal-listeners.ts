const FATAL_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Undoes what tfjs-backend-wasm 4.22 does to the process while it starts.
 *
 * Its module listens to both fatal events and throws again from there, so that any later error of the program prints
 * the module's whole source, one line of 60 kB, instead of a stack.
 *
 * @returns a function that removes the listeners added since
 */
export function watchFatalListeners(): () => void {
  if (typeof process === 'undefined' || typeof process.listeners !== 'function') return () => {};
  const before = FATAL_EVENTS.map(
    (event) => new Set<unknown>(process.listeners(event as 'uncaughtException')),
  );
  return () => {
    for (const [index, event] of FATAL_EVENTS.entries()) {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[index]?.has(listener)) process.removeListener(event, listener);
      }
    }
  };
}
