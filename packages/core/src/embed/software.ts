/** Program and version out of whatever a renderer writes: `Arnold 7.2.1.0`, `Nuke 14.0v5`, `OpenImageIO 2.4.5.0 : 3F9A…`, `26.1`. */
export interface Software {
  /** Lower-case letters and digits: `arnold`, `vray`, `3delight`. */
  readonly name: string;
  /** As many of major, minor and the rest as the text has; digits only for the first two. */
  readonly version: readonly string[];
}

const VERSION = /(?:^|[\s\-_/:(v])(\d+)(?!\d|[a-z]{3})(?:\.(\d+))?((?:[.v]\d+|[a-z]\d*)*)(?![A-Za-z\d]*:)/i;

/** `fallbackName` is used when the text is a version alone (an attribute `arnold/version` holds just `7.2.1.0`). */
export function softwareOf(text: string, fallbackName = ''): Software | null {
  const head = text.slice(0, 200).trim();
  const found = VERSION.exec(head);
  const before = found ? head.slice(0, found.index) : head.split(/\s*[:;,([]|\s-\s/)[0]!.slice(0, 40);
  const name = nameOf(before) || nameOf(fallbackName);
  if (name === '') return null;
  return { name, version: found ? [found[1]!, found[2] ?? '', found[3] ?? ''].filter((piece, i, all) => piece !== '' || all.slice(i + 1).some((later) => later !== '')) : [] };
}

function nameOf(text: string): string {
  const words = text.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== '' && !FILLERS.has(word));
  return words.slice(0, 4).join('');
}
const FILLERS = new Set(['version', 'ver', 'release', 'build', 'by', 'with', 'rendered', 'renderer', 'created', 'the', 'using', 'software', 'info', 'autodesk', 'chaos', 'group', 'pixar', 'sidefx', 'foundry', 'maxon', 'foundrys', 'foundry\'s', 'exr', 'application', 'app', 'engine', 'producer', 'creator', 'generator', 'host', 'render', 'plugin', 'core']);
