/**
 * Keys typed into a field are the field's: VS Code, which hears what reaches the window, must not take an "e" for its keybinding. What goes with
 * Ctrl, Alt or Cmd and the function keys are VS Code's as everywhere (Quick Open, the palette, closing the editor).
 */
export function keepTyping(event: KeyboardEvent): void {
  if (!event.ctrlKey && !event.metaKey && !event.altKey && !/^F\d+$/.test(event.key)) event.stopPropagation();
}
