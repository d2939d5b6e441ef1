// Before anything is painted: the theme that was chosen here. Not a module, because modules wait for the document.
try {
  const theme = localStorage.getItem('sagflow-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Without storage the system's theme is taken.
}
