/** Light or dark, more or less contrast, as the system says; set on the root so that tokens.css has one place to look. */
export function followSystemTheme(): void {
  follow('(prefers-color-scheme: dark)', (dark) => (document.documentElement.dataset.theme = dark ? 'dark' : 'light'));
  follow('(prefers-contrast: more)', (more) => (document.documentElement.dataset.contrast = more ? 'more' : 'normal'));
}

function follow(query: string, apply: (matches: boolean) => void): void {
  const media = matchMedia(query);
  apply(media.matches);
  media.addEventListener('change', () => apply(media.matches));
}
