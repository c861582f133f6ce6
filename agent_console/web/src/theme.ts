// Runs before the page is drawn, so that a chosen scheme does not flash in the other first.
try {
  const scheme = localStorage.getItem('switchboard.scheme');
  if (scheme === 'light' || scheme === 'dark') document.documentElement.dataset['scheme'] = scheme;
} catch {
  // No storage: the system's scheme it is.
}
