/** Errors begin with the file that they are about. Where the file is named anyhow (its own editor, its entry in the Problems panel) that is left out. */
export function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}

/** As a sentence of its own. */
export function sentence(message: string, name: string): string {
  const text = withoutName(message, name);
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Verdicts that lose nothing for good: shown as warnings. */
export const isMild = (verdict: string): boolean => verdict === 'incomplete' || verdict === 'recoverable';
