/** What an event asks for besides the file, with the coercions of the original program. */

export interface Wishes {
  /** Parts, channels and attributes in the output event. The store always gets them. Default true. */
  readonly meta: boolean;
  /** Measure the pixels; null: as configured. */
  readonly stats: boolean | null;
  /** Measure deep parts too; null: as configured. */
  readonly deepStats: boolean | null;
  /** Kept until there are rules: said back in the output event. */
  readonly validate: boolean;
  readonly policyPath: string | null;
  /** Of the output. */
  readonly schemaVersion: number;
}

export const NO_WISHES: Wishes = { meta: true, stats: null, deepStats: null, validate: false, policyPath: null, schemaVersion: 1 };

export function wishesOf(data: Readonly<Record<string, unknown>>): Wishes {
  const policy = data['policy_path'];
  const version = Number(data['schema_version'] ?? 1);
  return {
    meta: truth(data['meta']) ?? true, stats: truth(data['stats']), deepStats: truth(data['deep_stats']), validate: truth(data['validate']) ?? false,
    policyPath: typeof policy === 'string' && policy.trim() !== '' ? policy : null, schemaVersion: Number.isInteger(version) ? version : Number.NaN,
  };
}

/** As the original reads a switch: true, any number but 0, and the words true, 1, yes, y and on in any case are yes, everything else no; absent or null is neither. */
export function truth(value: unknown): boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return /^\s*(1|true|yes|y|on)\s*$/i.test(value);
  return typeof value === 'number' ? value !== 0 && !Number.isNaN(value) : value === true;
}
