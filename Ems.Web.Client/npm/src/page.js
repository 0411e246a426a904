// Small services of the page that only JavaScript can do.

/** Calls back into .NET for the trading keys: Ctrl+Enter submits. Returns a handle to stop. */
export function listenKeys(dotnet) {
  const handler = e => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      dotnet.invokeMethodAsync('OnSubmitKey');
    }
  };
  document.addEventListener('keydown', handler);
  return { dispose: () => document.removeEventListener('keydown', handler) };
}
