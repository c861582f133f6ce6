// Keeps the screen from going dark while the wallboard is on it, where the browser can.

/** Starts, and gives how to stop. A lock ends when the page is hidden: it is asked for again. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let stopped = false;

  async function ask(): Promise<void> {
    if (stopped || document.hidden || !('wakeLock' in navigator)) return;
    if (lock && !lock.released) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (stopped) void lock.release();
    } catch {
      // Refused, for a low battery say: the screen then sleeps as it is set to.
    }
  }

  const seen = () => void ask();
  document.addEventListener('visibilitychange', seen);
  void ask();
  return () => {
    stopped = true;
    document.removeEventListener('visibilitychange', seen);
    if (lock && !lock.released) void lock.release();
  };
}
