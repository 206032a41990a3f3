/** Short tones, always beside something to see: a tick when money is seen, two rising when paid, one low when it failed. */
export type Sound = 'seen' | 'paid' | 'failed';

interface Tone {
  hertz: number;
  at: number;
  seconds: number;
}

const SOUNDS: Record<Sound, Tone[]> = {
  seen: [{ hertz: 1200, at: 0, seconds: 0.05 }],
  paid: [
    { hertz: 660, at: 0, seconds: 0.18 },
    { hertz: 990, at: 0.2, seconds: 0.3 },
  ],
  failed: [{ hertz: 180, at: 0, seconds: 0.4 }],
};
const VOLUME = 0.2;

/** Plays it; silent where the browser allows no sound, and when a machine drives the page. */
export function play(sound: Sound): void {
  if (navigator.webdriver || typeof AudioContext === 'undefined') return;
  const context = new AudioContext();
  for (const tone of SOUNDS[sound]) ring(context, tone);
  const last = Math.max(...SOUNDS[sound].map(({ at, seconds }) => at + seconds));
  setTimeout(() => void context.close(), (last + 0.2) * 1000);
}

function ring(context: AudioContext, { hertz, at, seconds }: Tone): void {
  const start = context.currentTime + at;
  const source = new OscillatorNode(context, { frequency: hertz });
  const level = new GainNode(context, { gain: VOLUME });
  level.gain.setTargetAtTime(0, start + seconds * 0.7, seconds * 0.1);
  source.connect(level).connect(context.destination);
  source.start(start);
  source.stop(start + seconds);
}
