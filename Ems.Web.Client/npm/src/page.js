// Small services of the page that only JavaScript can do.

/** Calls back into .NET for the trading keys: Ctrl+Enter submits. Returns a handle to stop. */
export function listenKeys(dotnet) {
  const handler = e => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      // A key held down is one order, and an open dialog (amend, kill switch) has the keyboard for itself.
      if (e.repeat || document.querySelector('.mud-dialog')) return;
      dotnet.invokeMethodAsync('OnSubmitKey');
    }
  };
  document.addEventListener('keydown', handler);
  return { dispose: () => document.removeEventListener('keydown', handler) };
}

/** The browser's print dialog. */
export function printPage() { window.print(); }
