// The process lives as long as stdin and the websocket do, and no timer may prolong it: the
// library leaves timers of up to a minute behind (pre-key upload, query deadlines, caches), and we
// never call `process.exit`, which would throw unwritten frames away. So every timer is made not
// to keep the loop alive. Must run before the library is imported.

const { setTimeout: nativeTimeout, setInterval: nativeInterval } = globalThis;

/**
 * @template {(...args: any[]) => any} F
 * @param {F} make
 * @returns {F}
 */
const unreffed = make =>
  /** @type {F} */ (
    /** @param {any[]} args */
    (...args) => {
      const timer = make(...args);
      timer?.unref?.();
      return timer;
    }
  );

/** Replaces the global timer functions; once is enough. */
export function timersNeverHoldTheProcess() {
  const timeout = unreffed(nativeTimeout);
  // `util.promisify(setTimeout)` must keep working.
  Object.defineProperties(timeout, Object.getOwnPropertyDescriptors(nativeTimeout));
  globalThis.setTimeout = timeout;
  globalThis.setInterval = unreffed(nativeInterval);
}
