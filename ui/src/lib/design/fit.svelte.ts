import type { Attachment } from 'svelte/attachments';

const NARROW = '75%';

/** Makes the first child fit its frame: narrower letters first, then smaller ones. Measured again when the text changes. */
export function fit(text: () => string): Attachment<HTMLElement> {
  return (frame) => {
    const measure = () => {
      frame.style.removeProperty('--narrow');
      frame.style.removeProperty('--shrink');
      if (fits(frame)) return;
      frame.style.setProperty('--narrow', NARROW);
      if (fits(frame)) return;
      frame.style.setProperty('--shrink', (frame.clientWidth / widthOf(frame)).toString());
    };
    const watcher = new ResizeObserver(measure);
    watcher.observe(frame);
    $effect.pre(() => {
      text();
      queueMicrotask(measure);
    });
    return () => watcher.disconnect();
  };
}

function fits(frame: HTMLElement): boolean {
  return widthOf(frame) <= frame.clientWidth;
}

function widthOf(frame: HTMLElement): number {
  return frame.firstElementChild?.getBoundingClientRect().width ?? 0;
}
