// What outlives a page. A page's policy may block storage: then it lives as long as the page.

export function load<Value>(name: string): Value | null {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null') as Value | null;
  } catch {
    return null;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Blocked or full.
  }
}

/** The values under every name that begins so. */
export function loadAll<Value>(prefix: string): Value[] {
  const found: Value[] = [];
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const name = localStorage.key(index);
      const value = name?.startsWith(prefix) ? load<Value>(name) : null;
      if (value) found.push(value);
    }
  } catch {
    // Blocked.
  }
  return found;
}

/** What outlives a change of page in this tab, and nothing more. */
export function remember(name: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // Blocked.
  }
}

export function remembered(name: string): string {
  try {
    return sessionStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}
