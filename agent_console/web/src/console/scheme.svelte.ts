// Light, dark, or as the system says.

export type Scheme = 'system' | 'light' | 'dark';
const NAME = 'switchboard.scheme';

function stored(): Scheme {
  const value = document.documentElement.dataset['scheme'];
  return value === 'light' || value === 'dark' ? value : 'system';
}

class SchemeChoice {
  value = $state<Scheme>(stored());

  set(scheme: Scheme): void {
    this.value = scheme;
    if (scheme === 'system') delete document.documentElement.dataset['scheme'];
    else document.documentElement.dataset['scheme'] = scheme;
    try {
      if (scheme === 'system') localStorage.removeItem(NAME);
      else localStorage.setItem(NAME, scheme);
    } catch {
      // Not kept, but shown.
    }
  }
}

export const scheme = new SchemeChoice();
