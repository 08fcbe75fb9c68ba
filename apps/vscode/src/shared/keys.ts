/** Keys of the view: what the webview listens to, the `?` sheet lists and package.json's keybindings repeat for when the focus is outside of it. */
import type { ViewCommand } from './protocol.ts';

export interface KeyEntry {
  readonly command: ViewCommand;
  /** KeyboardEvent.key, letters in lower case. */
  readonly key: string;
  readonly shift?: true;
  readonly says: string;
  readonly group: 'Look' | 'Move' | 'Choose' | 'Panels';
}

export const KEYS: readonly KeyEntry[] = [
  { command: 'exposureUp', key: 'e', group: 'Look', says: 'Exposure up' },
  { command: 'exposureDown', key: 'e', shift: true, group: 'Look', says: 'Exposure down' },
  { command: 'gammaUp', key: 'y', group: 'Look', says: 'Gamma up' },
  { command: 'gammaDown', key: 'y', shift: true, group: 'Look', says: 'Gamma down' },
  { command: 'toneMap', key: 't', group: 'Look', says: 'Tone map: none, filmic, Reinhard' },
  { command: 'normalise', key: 'n', group: 'Look', says: 'Normalise: automatic, off, linear, logarithmic' },
  { command: 'falseColour', key: 'p', group: 'Look', says: 'False colour' },
  { command: 'soloRed', key: 'r', shift: true, group: 'Look', says: 'Red alone' },
  { command: 'soloGreen', key: 'g', shift: true, group: 'Look', says: 'Green alone' },
  { command: 'soloBlue', key: 'b', shift: true, group: 'Look', says: 'Blue alone' },
  { command: 'soloAlpha', key: 'a', shift: true, group: 'Look', says: 'Alpha alone' },
  { command: 'soloLuminance', key: 'l', shift: true, group: 'Look', says: 'Luminance alone' },
  { command: 'markNonfinite', key: 'm', group: 'Look', says: 'Mark NaN and infinities' },
  { command: 'clipZebra', key: 'c', group: 'Look', says: 'Stripe what is clipped' },
  { command: 'reset', key: 'r', group: 'Look', says: 'Reset the look' },
  { command: 'zoomFit', key: 'f', group: 'Move', says: 'Fit' },
  { command: 'zoomActual', key: '0', group: 'Move', says: 'One pixel to one pixel' },
  { command: 'zoomIn', key: '+', group: 'Move', says: 'Zoom in' },
  { command: 'zoomOut', key: '-', group: 'Move', says: 'Zoom out' },
  { command: 'nextLayer', key: ']', group: 'Choose', says: 'Next layer' },
  { command: 'previousLayer', key: '[', group: 'Choose', says: 'Previous layer' },
  { command: 'nextPart', key: '}', group: 'Choose', says: 'Next part' },
  { command: 'previousPart', key: '{', group: 'Choose', says: 'Previous part' },
  { command: 'nextView', key: 'v', group: 'Choose', says: 'Next view (left, right)' },
  { command: 'nextLevel', key: '>', group: 'Choose', says: 'Next, smaller level' },
  { command: 'previousLevel', key: '<', group: 'Choose', says: 'Previous, larger level' },
  { command: 'findLayer', key: 'l', group: 'Panels', says: 'Find a layer' },
  { command: 'findAttribute', key: '/', group: 'Panels', says: 'Find an attribute' },
  { command: 'toggleHeader', key: 'h', group: 'Panels', says: 'Header' },
  { command: 'toggleStatistics', key: 's', group: 'Panels', says: 'Statistics' },
  { command: 'toggleInspector', key: 'i', group: 'Panels', says: 'Pixel inspector' },
  { command: 'toggleWindows', key: 'w', group: 'Panels', says: 'Outlines of data and display window' },
  { command: 'help', key: '?', group: 'Panels', says: 'This sheet' },
];
