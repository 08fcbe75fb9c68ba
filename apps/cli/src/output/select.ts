/** `--fields file.path,parts.compression`: of each report only these; a path goes through arrays as if they were not there. */
export function selectFields(value: unknown, fields: readonly string[]): unknown {
  const tree = new Map<string, Tree>();
  for (const field of fields) {
    let at = tree;
    for (const key of field.split('.')) {
      if (!at.has(key)) at.set(key, new Map());
      at = at.get(key)!;
    }
  }
  return pick(value, tree);
}

type Tree = Map<string, Tree>;

function pick(value: unknown, tree: Tree): unknown {
  if (tree.size === 0) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, tree));
  if (typeof value !== 'object' || value === null) return undefined;
  const picked: Record<string, unknown> = {};
  for (const [key, below] of tree) if (Object.hasOwn(value, key)) picked[key] = pick((value as Record<string, unknown>)[key], below);
  return picked;
}
