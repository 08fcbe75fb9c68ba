/** From a key press to a command. */
import { KEYS } from '../../shared/keys.ts';
import type { ViewCommand } from '../../shared/protocol.ts';

export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The command of a key; null when it has none, or when it is held with Ctrl, Alt or Cmd, which are VS Code's. */
export function commandOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Press): ViewCommand | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === '=') return 'zoomIn'; // + without shift on many keyboards
  const letter = /^\p{L}$/u.test(key);
  const wanted = letter ? key.toLowerCase() : key;
  // Where + or ? needs shift is the keyboard's business; with letters shift is another command.
  return KEYS.find((entry) => entry.key === wanted && (!letter || (entry.shift ?? false) === shiftKey))?.command ?? null;
}

/** `Shift+E`, as people write keys. */
export function keyText({ key, shift }: (typeof KEYS)[number]): string {
  return `${shift ? 'Shift+' : ''}${key.length === 1 ? key.toUpperCase() : key}`;
}
